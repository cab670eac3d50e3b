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
    let resuming = project.command("plan adeptai --detailed-exitcode").output().unwrap();
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
