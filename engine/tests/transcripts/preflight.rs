//! The checks before the first change: quotas, permissions, images and artifacts, reported together.

use serde_json::{Value, json};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("all_that_is_wrong_is_reported_together", all_that_is_wrong_is_reported_together),
    ("a_quota_that_scaling_may_need_is_a_warning", a_quota_that_scaling_may_need_is_a_warning),
    ("checks_that_cannot_be_made_stop_nothing", checks_that_cannot_be_made_stop_nothing),
    ("a_zone_that_is_not_there_is_named", a_zone_that_is_not_there_is_named),
    ("a_plan_without_changes_is_not_checked", a_plan_without_changes_is_not_checked),
];

const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:1";
const ARTIFACT: &str = "s3://models-of-tests/llm.tar.gz";
const POLICIES: &str = "EBB_CLOUD_POLICIES";

/// The settings of an environment: what is in its cloud, and the instances of the stack.
fn settings(quota: u32, objects: &[&str], images: &[&str], (instances, most): (u32, u32)) -> String {
    format!(
        "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 20\nobjects = {objects:?}\nimages = {images:?}\n\n\
         [aws.quotas]\n\"ml.g5.xlarge for endpoint usage\" = {quota}\n\n[stacks.served]\nimage = \"{IMAGE}\"\ninstances = \
         {instances}\nmost = {most}\n"
    )
}

/// Writes the policy of the caller: everything but these actions. Returns its path.
fn policy(project: &Project, denied: &[&str]) -> String {
    let everything = json!({ "Effect": "Allow", "NotAction": denied, "Resource": "*" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [everything] });
    project.write("policy.json", &policy.to_string());
    project.path("policy.json").display().to_string()
}

fn all_that_is_wrong_is_reported_together() {
    let mut project = Project::with(&settings(1, &["s3://models-of-tests/other"], &[], (2, 4)));
    let less = policy(&project, &["iam:CreateRole", "sagemaker:CreateModel"]);
    for line in ["plan served", "apply served --yes"] {
        project.type_in_with(line, (POLICIES, &less));
    }
    for line in ["status served", "history served"] {
        project.type_in(line);
    }
    let output = project.command("apply served --yes --json").env(POLICIES, &less).output().expect("ebb starts");
    let lines = text(&output.stdout);
    let first: Value = serde_json::from_str(lines.lines().next().expect("an event")).expect("JSON");
    assert_eq!(first["event"], "preflight", "{lines}");
    let findings: Vec<_> =
        first["findings"].as_array().unwrap().iter().map(|one| (&one["check"], &one["severity"])).collect();
    let error = json!("error");
    for check in ["needs", "needs", "quota", "permission", "permission"] {
        assert!(findings.contains(&(&json!(check), &error)), "{check}: {lines}");
    }
    // Without the checks that may be wrong, what is missing is still looked for.
    project.type_in_with("apply served --yes --no-preflight", (POLICIES, &less));
    // A quota is raised, the artifact uploaded, the image pushed, and the permission given.
    project.write("environments/local.toml", &settings(4, &[ARTIFACT], &[IMAGE], (2, 4)));
    for line in ["apply served --yes --quiet", "plan served"] {
        project.type_in(line);
    }
    project.compare("all_that_is_wrong_is_reported_together");
}

fn a_quota_that_scaling_may_need_is_a_warning() {
    let mut project = Project::with(&settings(2, &[ARTIFACT], &[IMAGE], (2, 4)));
    project.type_in("apply served --yes --quiet");
    // The quota is used up by the stack itself: a pause gives its instances up, and a resume may have them.
    for line in ["pause served --yes --quiet", "resume served --yes --quiet"] {
        project.type_in(line);
    }
    project.write("environments/local.toml", &settings(2, &[ARTIFACT], &[IMAGE], (3, 4)));
    for line in ["plan served", "apply served --yes", "apply served --yes --quiet --no-preflight"] {
        project.type_in(line);
    }
    project.compare("a_quota_that_scaling_may_need_is_a_warning");
}

fn checks_that_cannot_be_made_stop_nothing() {
    let mut project = Project::with(&settings(4, &[ARTIFACT], &[IMAGE], (2, 4)));
    let reads = ["servicequotas:*", "iam:SimulatePrincipalPolicy", "ecr:*", "s3:ListBucket", "s3:GetObject"];
    let less = policy(&project, &reads);
    project.type_in_with("plan served", (POLICIES, &less));
    project.type_in_with("apply served --yes --quiet", (POLICIES, &less));
    project.compare("checks_that_cannot_be_made_stop_nothing");
    let project = Project::with(&settings(4, &[ARTIFACT], &[IMAGE], (2, 4)));
    let faults = "denied=ListServiceQuotas denied=SimulatePrincipalPolicy";
    let applied = project.command("apply served --yes").env("EBB_CLOUD_FAULTS", faults).output().expect("ebb starts");
    let said = text(&applied.stderr);
    assert!(applied.status.success(), "{said}");
    for check in ["the quotas on instances were not checked", "were not simulated"] {
        assert!(said.contains(check), "{check}: {said}");
    }
}

fn a_zone_that_is_not_there_is_named() {
    let project = Project::with(&format!("{LOCAL}\n[stacks.wrong]\nmistake = \"zone\"\n"));
    let refused = project.run("apply wrong --yes");
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("ec2_subnet.z: the account has no zone eu-west-1z in eu-west-1: it has eu-west-1a,"),
        "{said}"
    );
    assert!(text(&project.run("status wrong").stdout).contains("never applied"));
}

fn a_plan_without_changes_is_not_checked() {
    let project = Project::with(&settings(4, &[ARTIFACT], &[IMAGE], (2, 4)));
    let checks = ["ListServiceQuotas", "SimulatePrincipalPolicy", "BatchGetImage"];
    let less = policy(&project, &["servicequotas:*", "iam:SimulatePrincipalPolicy", "ecr:*"]);
    assert!(project.run("apply served --yes --quiet").status.success());
    let log = project.path("log");
    for line in ["plan served", "apply served --yes", "pause served --yes"] {
        let mut command = project.command(line);
        let done = command.env(POLICIES, &less).env("EBB_CLOUD_ACCESS_LOG", &log).output().expect("ebb starts");
        assert!(done.status.success() && !text(&done.stderr).contains("warning"), "{line}: {}", text(&done.stderr));
    }
    let asked = project.read("log");
    for check in checks {
        assert!(!asked.contains(check), "{check}: {asked}");
    }
}
