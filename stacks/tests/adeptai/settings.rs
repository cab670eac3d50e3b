//! Bad settings: each has its place in the file and the values that are allowed, and one cause is one problem.

use crate::project::{Project, text};

/// Returns the lines of the problems of a project with these settings.
fn problems(settings: &str) -> Vec<String> {
    let project = Project::new();
    project.settle(settings);
    let output = project.command("validate").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{settings}");
    let said = text(&output.stderr);
    said.lines().filter(|line| line.contains("local.toml:")).map(|line| line.replace("error: ", "")).collect()
}

#[test]
fn every_bad_setting_has_its_place_and_the_allowed_values() {
    let settings = "[stacks.adeptai]\nzones = \"3\"\nemails = [\"ops@example.com\", \"ops\"]\nlog_retention_days = 31\n\
                    error_percent = 150\n[stacks.adeptai.endpoints.job_parser]\ninstance_type = \"ml.g5.huge\"\n";
    let found = problems(settings);
    for part in [
        ":9: stacks.adeptai.zones: zones are a number from 1 to 8, such as 2, or a list of names",
        ":30: stacks.adeptai.emails.1: \"ops\" is not an e-mail address",
        ":22: stacks.adeptai.log_retention_days: 31 is not one of 1, 3, 5, 7, 14, 30, 60",
        ":17: stacks.adeptai.error_percent: 150 is out of bounds: write from 0 to 100",
        ":17: stacks.adeptai.endpoints.job_parser.instance_type: \"ml.g5.huge\" is no instance type",
    ] {
        assert!(found.iter().any(|line| line.contains(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), 5, "{found:#?}");
    let instances = found.iter().find(|line| line.contains("ml.g5.huge")).unwrap();
    assert!(instances.contains("ml.g5.12xlarge") && instances.len() < 500, "{instances}");
    assert!(!found.concat().contains("untagged"), "{found:#?}");
}

#[test]
fn one_cause_is_one_problem() {
    for (zones, part) in [
        ("30", "30 is out of bounds: write from 1 to 8"),
        ("[\"us-east-1a\"]", "is not a zone of eu-west-1: write one such as eu-west-1a"),
    ] {
        let found = problems(&format!("[stacks.adeptai]\nzones = {zones}\n"));
        assert!(found.len() == 1 && found[0].contains(part), "{zones}: {found:#?}");
    }
    let project = Project::new();
    project.settle("[stacks.adeptai]\nzones = [\"eu-west-1a\", \"eu-west-1a\"]\n");
    let said = text(&project.command("validate").output().unwrap().stderr);
    assert!(said.contains("has a problem") && said.contains("`eu-west-1a` is listed twice"), "{said}");
}

#[test]
fn the_schema_has_the_allowed_values() {
    let schema = Project::new().ebb("environment schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let at = |pointer: &str| schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {schema:#}")).clone();
    assert!(at("/$defs/AwsSettings/properties/region/enum").as_array().unwrap().contains(&"eu-west-1".into()));
    assert_eq!(at("/$defs/AwsSettings/properties/account/pattern"), "^[0-9]{12}$");
    assert_eq!(at("/$defs/StateSettings/then/required/0"), "bucket");
    assert_eq!(at("/$defs/Zones/anyOf/0/maximum"), 8);
    let types = at("/$defs/Endpoint/properties/instance_type/enum");
    assert!(types.as_array().unwrap().contains(&"ml.g5.xlarge".into()), "{types}");
    let emails = at("/properties/stacks/properties/adeptai");
    assert!(emails.to_string().contains("\"format\":\"email\""), "{emails}");
}
