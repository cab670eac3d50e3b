//! The life of the main stack, from nothing to nothing.

use crate::project::{Project, text};

#[test]
fn adeptai_comes_up_sleeps_wakes_and_goes() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    assert_eq!(project.count("sagemaker_endpoint", "running"), 5);
    project.assert_no_changes("running");
    project.ebb("plan adeptai --detailed-exitcode");

    project.ebb("pause adeptai --yes");
    assert_eq!(project.count("sagemaker_endpoint", "asleep"), 5);
    assert_eq!(project.count("autoscaling_target", "asleep"), 5);
    assert_eq!(project.count("s3_bucket", "asleep"), 0);
    project.assert_no_changes("paused");
    project.ebb("plan adeptai --detailed-exitcode");
    let resuming = project.command("plan adeptai --target running --detailed-exitcode").output().unwrap();
    assert_eq!(resuming.status.code(), Some(2), "{}", text(&resuming.stderr));

    project.ebb("resume adeptai --yes");
    assert_eq!(project.count("sagemaker_endpoint", "running"), 5);
    project.assert_no_changes("running");

    project.ebb("destroy adeptai --yes");
    assert_eq!(project.count("sagemaker_endpoint", "running"), 0);
    assert_eq!(project.count("ec2_vpc", "running"), 0);
    project.assert_no_changes("destroyed");
}

#[test]
fn plans_fit_two_screens_of_eighty_columns() {
    let project = Project::new();
    let shown = |line: &str| {
        let output = project.command(line).env("COLUMNS", "80").output().unwrap();
        let shown = text(&output.stdout);
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let last: Vec<&str> = shown.lines().rev().take(6).collect();
        assert!(last.iter().any(|line| line.starts_with("Plan: ")), "the counts come last: {last:?}");
        shown
    };
    let first = shown("plan adeptai");
    assert!(first.lines().count() <= 48, "{} lines:\n{first}", first.lines().count());
    assert!(first.contains("67 to create") && first.contains("a month"), "{first}");
    project.ebb("apply adeptai --yes");
    let pause = shown("plan adeptai --target paused");
    assert!(pause.lines().count() <= 60 && pause.contains("actions_enabled  true → false"), "{pause}");
    project.ebb("pause adeptai --yes");
    let resume = shown("plan adeptai --target running");
    assert!(resume.lines().count() <= 48, "{} lines:\n{resume}", resume.lines().count());
    let full = shown("plan adeptai --target running --full");
    assert!(!full.contains("known after apply: ec2_"), "the network exists: {full}");
}

#[test]
fn the_back_end_gets_its_environment_variables() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let dotenv = project.ebb("output adeptai --format dotenv");
    let names: Vec<&str> = dotenv.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(
        names,
        [
            "SAGEMAKER_LLM_ENABLED",
            "SAGEMAKER_LLM_FALLBACK",
            "AWS_REGION",
            "SAGEMAKER_QUERY_ENHANCER_ENDPOINT",
            "SAGEMAKER_BEHAVIORAL_ENDPOINT",
            "SAGEMAKER_MARKET_INTEL_ENDPOINT",
            "SAGEMAKER_JOB_PARSER_ENDPOINT",
            "SAGEMAKER_EXPLANATION_ENDPOINT",
        ]
    );
    assert!(dotenv.contains("adeptai-local-query-enhancer-v1"), "{dotenv}");
}

#[test]
fn without_a_terminal_and_without_yes_nothing_changes() {
    let project = Project::new();
    for line in ["apply adeptai", "pause adeptai", "resume adeptai", "destroy adeptai"] {
        let output = project.command(line).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(text(&output.stderr).contains("--yes"), "{line}: {}", text(&output.stderr));
    }
    assert!(!text(&project.command("status adeptai").output().unwrap().stdout).contains("running "));
}

#[test]
fn a_resume_acts_on_a_paused_stack_only() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let serial = || project.json("plan adeptai --target paused")["serial"].clone();
    let before = serial();
    let resumed = project.command("resume adeptai --yes").output().unwrap();
    assert_eq!(resumed.status.code(), Some(0));
    assert!(text(&resumed.stderr).contains("is running: there is nothing to resume"), "{}", text(&resumed.stderr));
    assert_eq!(project.json("resume adeptai --yes")["success"], true);
    assert_eq!(serial(), before, "nothing is recorded");

    project.ebb("destroy adeptai --yes");
    for line in ["resume adeptai --yes", "pause adeptai --yes"] {
        let refused = project.command(line).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{line}");
        assert!(text(&refused.stderr).contains("`ebb apply adeptai` creates it"), "{}", text(&refused.stderr));
    }
    project.assert_no_changes("destroyed");
}

#[test]
fn changes_of_the_record_alone_are_shown_and_counted() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    project.settle("[stacks.adeptai]\nllm_enabled = false\n");
    let planned = project.command("plan adeptai --detailed-exitcode").output().unwrap();
    assert_eq!(planned.status.code(), Some(2), "{}", text(&planned.stderr));
    let shown = text(&planned.stdout);
    assert!(shown.contains("output SAGEMAKER_LLM_ENABLED: changed") && shown.contains("1 to record"), "{shown}");
    let record = &project.json("plan adeptai")["record"];
    assert_eq!(record["outputs"][0]["change"], "changed", "{record}");
    project.ebb("pause adeptai --yes");
    assert!(project.ebb("output adeptai --format dotenv").contains("SAGEMAKER_LLM_ENABLED=true"));
    project.ebb("apply adeptai --yes");
    assert!(project.ebb("output adeptai --format dotenv").contains("SAGEMAKER_LLM_ENABLED=false"));
    project.ebb("plan adeptai --detailed-exitcode");
}
