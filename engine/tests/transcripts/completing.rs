//! Completion of values in a shell, manual pages, and the version.

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_shell_completes_stacks_addresses_and_the_rest", a_shell_completes_stacks_addresses_and_the_rest),
    ("a_version_names_the_formats", a_version_names_the_formats),
    ("every_command_has_a_manual_page", every_command_has_a_manual_page),
];

/// Returns the completions of the last word of a line, as fish gets them.
fn completed(project: &Project, line: &str) -> Vec<String> {
    let mut command = project.command("");
    command.env("EBB_COMPLETE", "fish").arg("--").args(line.split(' '));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

fn a_shell_completes_stacks_addresses_and_the_rest() {
    let project = Project::new();
    project.write("environments/prod.toml", LOCAL);
    for line in ["apply shop --yes --quiet", "apply vault --yes --quiet"] {
        assert!(project.run(line).status.success());
    }
    assert_eq!(completed(&project, "ebb plan sh"), ["shop"]);
    assert_eq!(completed(&project, "ebb status --env p"), ["prod"]);
    assert_eq!(completed(&project, "ebb destroy vault --include-data s3"), ["s3_bucket.models"]);
    assert!(completed(&project, "ebb state show --stack shop ec2_v").contains(&"ec2_vpc.main".to_owned()));
    assert_eq!(completed(&project, "ebb output shop V"), ["VPC_ID"]);
    // Nothing of the network logs, and an endpoint is completed by its component and its address.
    assert!(completed(&project, "ebb logs shop m").is_empty());
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.vault]\nsides = true\n"));
    assert!(project.run("apply vault --yes --quiet").status.success());
    assert_eq!(completed(&project, "ebb logs vault b"), ["bulk"]);
    assert_eq!(completed(&project, "ebb logs vault s"), ["sagemaker_endpoint.bulk"]);
    assert_eq!(completed(&project, "ebb invoke vault s"), ["sagemaker_endpoint.bulk"]);
    assert!(completed(&project, "ebb logs va").contains(&"vault".to_owned()));
    let serials = completed(&project, "ebb state rollback --stack shop --serial ");
    assert!(serials.iter().all(|serial| serial.parse::<u64>().is_ok()) && !serials.is_empty(), "{serials:?}");
    assert!(completed(&project, "ebb pl").contains(&"plan".to_owned()));
    // Nothing is recorded there, and what cannot be read completes nothing.
    assert!(completed(&project, "ebb -e prod state show --stack shop ec2_v").is_empty());
    project.write("state/local/shop.json", "damaged");
    assert!(completed(&project, "ebb state show --stack shop ec2_v").is_empty());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = text(&project.run(&format!("completions {shell}")).stdout);
        assert!(script.contains("EBB_COMPLETE"), "{shell}: {script}");
    }
}

fn a_version_names_the_formats() {
    let project = Project::new();
    let version: Value = serde_json::from_slice(&project.run("version --json").stdout).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["formats"].as_object().unwrap().values().all(Value::is_u64), "{version:#}");
    assert!(text(&project.run("version").stdout).starts_with(&format!("ebb {} for", env!("CARGO_PKG_VERSION"))));
}

fn every_command_has_a_manual_page() {
    let project = Project::new();
    assert!(project.run("man pages").status.success());
    for page in ["ebb.1", "ebb-apply.1", "ebb-state-rollback.1"] {
        assert!(project.read(&format!("pages/{page}")).starts_with(".ie"), "{page}");
    }
    project.write("file", "");
    let refused = project.run("man file");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("manual pages into file"), "{}", text(&refused.stderr));
}
