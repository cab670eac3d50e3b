//! The life of the stack, from nothing to nothing.

use super::project;
use crate::project::text;

/// The most calls of a plan without changes. It is 48 resources, of which buckets, roles, the key and the budget take several calls each.
const MOST_CALLS: u64 = 80;

#[test]
fn it_comes_up_sleeps_wakes_and_goes() {
    let project = project("");
    project.ebb("apply document_intelligence --yes");
    assert_eq!(project.operations("plan document_intelligence"), [""; 0]);

    // Only what bills by the hour goes; the monitor is stopped before.
    let planned = project.json("plan document_intelligence --target paused");
    let operations = planned["operations"].as_array().unwrap();
    let deleted: Vec<_> =
        operations.iter().filter(|one| one["operation"] == "sleep").map(|one| one["address"].as_str()).collect();
    assert_eq!(deleted, [Some("sagemaker_endpoint.classifier")]);
    // The plan says what remains to be paid by time, and why.
    let remaining = planned["cost"]["remaining"].as_array().unwrap();
    let remaining: Vec<_> =
        remaining.iter().map(|one| (one["resources"][0].as_str(), one["because"].is_string())).collect();
    assert_eq!(remaining, [(Some("cloudwatch_alarm.accuracy"), true), (Some("kms_key.documents"), true)]);
    project.ebb("pause document_intelligence --yes");
    project.ebb("resume document_intelligence --yes");
    assert_eq!(project.operations("plan document_intelligence"), [""; 0]);

    project.ebb("destroy document_intelligence --yes");
    project.ebb("destroy document_intelligence --yes --include-data all");
    assert_eq!(project.operations("plan document_intelligence --target destroyed"), [""; 0]);
}

fn calls(said: &str) -> u64 {
    let calls = said.lines().find_map(|line| line.strip_suffix(" calls to AWS")?.parse().ok());
    calls.unwrap_or_else(|| panic!("the calls are not said: {said}"))
}

#[test]
fn a_plan_without_changes_takes_few_calls_and_more_without_the_permission_to_list_tags() {
    let project = project("");
    project.ebb("apply document_intelligence --yes --quiet");
    let planned = project.command("plan document_intelligence --verbose").output().unwrap();
    assert!(text(&planned.stdout).contains("no changes"), "{}", text(&planned.stdout));
    let listed = calls(&text(&planned.stderr));
    assert!(listed <= MOST_CALLS, "{listed} calls");

    let mut command = project.command("plan document_intelligence --verbose");
    let planned = command.env("EBB_CLOUD_FAULTS", "denied=GetResources").output().unwrap();
    assert!(text(&planned.stdout).contains("no changes"), "{}", text(&planned.stdout));
    assert!(calls(&text(&planned.stderr)) > listed + 10);
}
