//! Models that nobody has uploaded yet: found before the first change, with the command that uploads them.

use crate::outside::Server;
use crate::project::{Project, text};

/// Returns the locations in the upload commands of a message.
fn locations(message: &str) -> Vec<String> {
    let commands = message.lines().filter_map(|line| line.trim().strip_prefix("aws s3 sync ./"));
    commands.map(|rest| rest.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn missing_models_are_found_before_the_first_change() {
    let project = Project::new();
    project.without_models();
    let output = project.command("apply adeptai --yes").output().unwrap();
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert_eq!(locations(&message).len(), 5, "{message}");
    assert!(message.contains("nothing was changed") && message.contains("--without-missing"), "{message}");
    let server = Server::start(&project);
    assert!(server.names("ListModels", "Models", "ModelName").is_empty());
    assert!(server.names("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName").is_empty());

    let plan = project.command("plan adeptai").output().unwrap();
    assert!(plan.status.success(), "{}", text(&plan.stderr));
    assert_eq!(locations(&text(&plan.stderr)).len(), 5, "{}", text(&plan.stderr));
}

#[test]
fn the_rest_is_made_without_them_and_an_apply_after_the_upload_completes_it() {
    let project = Project::new();
    project.without_models();
    let output = project.command("apply adeptai --yes --without-missing").output().unwrap();
    let message = text(&output.stderr);
    assert!(output.status.success(), "{message}");
    let locations = locations(&message);
    assert_eq!(locations.len(), 5, "{message}");
    assert_eq!(project.count("s3_bucket", "running"), 2);
    assert_eq!(project.count("iam_role", "running"), 5, "all but that of the back end, which names the endpoints");
    assert_eq!(project.count("sagemaker_model", "running"), 0);

    let server = Server::start(&project);
    server.upload(&format!("{}config.json", locations[0]));
    let output = project.command("apply adeptai --yes --without-missing").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(project.count("sagemaker_endpoint", "running"), 1);
    for location in &locations[1..] {
        server.upload(&format!("{location}config.json"));
    }
    project.ebb("apply adeptai --yes");
    assert_eq!(project.count("sagemaker_endpoint", "running"), 5);
    project.assert_no_changes("running");
    // What lies in the bucket stays, and so does the bucket.
    project.ebb("destroy adeptai --yes");
    assert_eq!(project.count("s3_bucket", "running"), 1);
}

#[test]
fn what_is_recorded_stays_when_a_new_model_is_missing() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    project.settle("[stacks.adeptai.endpoints.job_parser]\nmodel = \"s3://uploaded/new/\"\n");
    let output = project.command("apply adeptai --yes").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no object under s3://uploaded/new/"), "{}", text(&output.stderr));
    let output = project.command("apply adeptai --yes --without-missing").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(project.count("sagemaker_endpoint", "running"), 5);
}
