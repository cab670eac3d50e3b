//! Secrets and saved plans: AWS gets the value that was planned, or none.

use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::sdk::Aws;

use crate::project::{Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_secret_from_the_environment_reaches_aws_each_time", a_secret_from_the_environment_reaches_aws_each_time),
    ("a_saved_plan_applies_the_planned_secret_or_nothing", a_saved_plan_applies_the_planned_secret_or_nothing),
];

/// Runs `ebb` with a value in the environment. Returns its exit code and output.
fn run(project: &Project, line: &str, value: &str) -> (i32, String) {
    project.write("canary.txt", "a file");
    let mut command = project.command(line);
    let output = command.env("CANARY_VALUE", value).env("CANARY_OTHER", "another").output().expect("ebb starts");
    (output.status.code().expect("an exit code"), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// Returns the value that AWS has.
fn value(project: &Project) -> Option<String> {
    let arn = text(&project.run("output safe environment").stdout).trim().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let cloud = Cloud::open(&project.path("state/local/cloud"), Settings::default()).expect("the cloud");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(cloud.credentials()))
            .build();
        let aws = Aws::new(config, false);
        aws.secretsmanager().get_secret_value().secret_id(arn).send().await.ok()?.secret_string
    })
}

fn a_secret_from_the_environment_reaches_aws_each_time() {
    let project = Project::new();
    for wanted in ["value-AAAA", "value-BBBB", "value-AAAA"] {
        let (code, said) = run(&project, "apply safe --yes", wanted);
        assert_eq!((code, value(&project).as_deref()), (0, Some(wanted)), "{said}");
        let (_, said) = run(&project, "plan safe", wanted);
        assert!(said.contains("no changes"), "{said}");
    }
}

fn a_saved_plan_applies_the_planned_secret_or_nothing() {
    let project = Project::new();
    for (wanted, before) in [("value-AAAA", None), ("value-CCCC", Some("value-AAAA"))] {
        assert_eq!(run(&project, "plan safe --out p.json", wanted).0, 0);
        let (code, said) = run(&project, "apply p.json --yes", "value-BBBB");
        assert!(code != 0 && said.contains("another value"), "{said}");
        assert_eq!(value(&project).as_deref(), before);
        let (code, said) = run(&project, "apply p.json --yes", wanted);
        assert_eq!((code, value(&project).as_deref()), (0, Some(wanted)), "{said}");
        // The hash of the plan and that of the next plan are made with one key.
        let (_, said) = run(&project, "plan safe", wanted);
        assert!(said.contains("no changes"), "{said}");
    }
}
