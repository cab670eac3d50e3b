//! Policies: in plans, in `validate`, in SARIF.

use serde_json::{Value, json};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("a_violation_refuses_a_plan_or_is_a_warning", a_violation_refuses_a_plan_or_is_a_warning),
    ("validate_writes_sarif_for_code_scanning", validate_writes_sarif_for_code_scanning),
    ("all_environments_are_validated_at_once", all_environments_are_validated_at_once),
];

fn guarded(public: bool) -> String {
    format!("{LOCAL}\n[stacks.guarded]\npublic = {public}\n")
}

fn a_violation_refuses_a_plan_or_is_a_warning() {
    let mut project = Project::with(&guarded(false));
    project.type_in("apply guarded --yes --quiet");
    project.type_in("validate guarded");
    project.write("environments/local.toml", &guarded(true));
    project.type_in("validate guarded");
    project.type_in("plan guarded");
    // What is recorded can be paused and destroyed all the same.
    project.type_in("pause guarded --yes --quiet");
    project.compare("policies");
}

fn results(project: &Project, line: &str, code: i32) -> Vec<(String, String, String, u64, Option<String>)> {
    let output = project.run(line);
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let known: Vec<&Value> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    let result = |result: &Value| {
        assert!(known.contains(&&result["ruleId"]), "{result}");
        let place = &result["locations"][0];
        let logical = place["logicalLocations"][0]["fullyQualifiedName"].as_str().map(str::to_owned);
        let physical = &place["physicalLocation"];
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let line = physical["region"]["startLine"].as_u64().unwrap();
        (word(&result["ruleId"]), word(&result["level"]), word(&physical["artifactLocation"]["uri"]), line, logical)
    };
    run["results"].as_array().unwrap().iter().map(result).collect()
}

fn validate_writes_sarif_for_code_scanning() {
    let project = Project::with(&guarded(true));
    let own = |rule: &str, level: &str, at: &str| {
        (rule.to_owned(), level.to_owned(), "environments/local.toml".to_owned(), 1, Some(at.to_owned()))
    };
    let found = results(&project, "validate guarded --format sarif", 1);
    assert_eq!(found, [own("policy/no-public-access", "error", "s3_bucket.site")]);
    project.write("environments/local.toml", &guarded(false));
    let found = results(&project, "validate guarded --format sarif", 0);
    let expected =
        [own("policy/bucket-versions", "warning", "s3_bucket.site"), own("policy/budget", "warning", "guarded")];
    assert_eq!(found, expected);
    // A mistake in the file has its own line.
    project.write("environments/local.toml", &guarded(false).replace("embedded", "embeded"));
    let found = results(&project, "validate --format sarif", 1);
    let (rule, level, file, line, at) = &found[0];
    assert_eq!((rule.as_str(), level.as_str(), file.as_str()), ("environment", "error", "environments/local.toml"));
    assert_eq!((*line, at), (3, &None));
}

fn all_environments_are_validated_at_once() {
    let project = Project::new();
    project.write("environments/wrong.toml", &LOCAL.replace("region", "regoin"));
    project.write("environments/prod.toml", LOCAL);
    let output = project.run("validate shop --all");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("Environment local is valid.") && said.contains("Environment prod is valid."), "{said}");
    assert!(text(&output.stderr).contains("environments/wrong.toml:2:1"), "{}", text(&output.stderr));
    let output = project.run("validate shop --all --json");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let errors = |one: &Value| one["errors"].as_array().unwrap().len();
    let environments: Vec<_> = document["environments"].as_array().unwrap().iter().collect();
    let summary: Vec<_> = environments.iter().map(|one| (&one["environment"], errors(one))).collect();
    assert_eq!(summary, [(&json!("local"), 0), (&json!("prod"), 0), (&json!("wrong"), 1)]);
    // One stack has a mistake, and another one violates a policy: both are said.
    let wrong = format!("{}\n[stacks.wrong]\nmistake = \"overlap\"\n", guarded(true));
    project.write("environments/local.toml", &wrong);
    let output = project.run("validate");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("stack wrong has a problem") && said.contains("stack guarded violates a policy"), "{said}");
}
