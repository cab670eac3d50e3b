//! Plans in files, and plans beside other commands.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::project::{Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_plan_file_is_private_and_replaces_plan_files_only", a_plan_file_is_private_and_replaces_plan_files_only),
    ("a_plan_made_after_an_interruption_is_applied", a_plan_made_after_an_interruption_is_applied),
    ("a_plan_beside_a_command_at_work_names_it", a_plan_beside_a_command_at_work_names_it),
];

fn a_plan_file_is_private_and_replaces_plan_files_only() {
    let project = Project::new();
    let settings = project.read("environments/local.toml");
    let refused = project.run("plan shop --out environments/local.toml");
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    assert!(said.contains("environments/local.toml exists and is not a plan file"), "{said}");
    assert_eq!(project.read("environments/local.toml"), settings);
    project.write("plan.json", "");
    for _ in 0..2 {
        let saved = project.run("plan shop --out plan.json");
        assert!(saved.status.success(), "{}", text(&saved.stderr));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(project.path("plan.json")).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    assert!(project.run("apply plan.json --yes").status.success());
}

fn a_plan_made_after_an_interruption_is_applied() {
    let project = Project::new();
    let killed =
        project.command("apply shop --yes").env("EBB_CLOUD_FAULTS", "kill-after=CreateNatGateway").output().unwrap();
    assert!(!killed.status.success());
    assert!(project.run("plan shop --out plan.json").status.success());
    let applied = project.run("apply plan.json --yes");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    assert!(text(&project.run("plan shop").stdout).contains("Plan: no changes, 12 unchanged."));
    let again = project.run("apply plan.json --yes");
    assert!(text(&again.stderr).contains("this plan cannot be applied"), "{}", text(&again.stderr));
}

fn a_plan_beside_a_command_at_work_names_it() {
    let project = Project::new();
    let mut command = project.command("apply shop --yes");
    command.env("EBB_CLOUD_FAULTS", "latency=500ms").stdout(Stdio::null()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("ebb starts");
    let begun = Instant::now();
    while !project.path("state/local/shop.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the run was never opened");
        std::thread::sleep(Duration::from_millis(10));
    }
    let plan = project.run("plan shop");
    assert!(apply.try_wait().expect("a process").is_none(), "the other command is still at work");
    let said = text(&plan.stderr);
    assert_eq!(plan.status.code(), Some(1), "{said}");
    assert!(said.contains("is being changed by ada@host (`ebb apply`, process"), "{said}");
    assert!(said.contains("wait until that command is done") && !said.contains("was cut off"), "{said}");
    assert!(apply.wait().expect("it ends").success());
    assert!(text(&project.run("plan shop").stdout).contains("Plan: no changes, 12 unchanged."));
}
