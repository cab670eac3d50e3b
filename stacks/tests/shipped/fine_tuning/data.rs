//! Training data in the stack's own bucket, which has to be uploaded between two applies.

use super::observer::Observer;
use super::{JOB, SETTINGS, project};
use crate::project::text;

/// Returns the locations in the upload commands of a message.
fn locations(message: &str) -> Vec<String> {
    let commands = message.lines().filter_map(|line| line.trim().strip_prefix("aws s3 cp "));
    commands.map(|rest| rest.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn the_job_is_run_once_its_data_is_uploaded_and_not_again_if_that_run_fails() {
    let project = project(&SETTINGS.replace("data = \"s3://uploaded\"\n", ""));
    let said = project.refused("apply fine_tuning --yes");
    assert!(said.contains("nothing was changed") && said.contains("--without-missing"), "{said}");
    assert_eq!(locations(&said).len(), 2, "{said}");
    let output = project.command("apply fine_tuning --yes --without-missing").output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(Observer::new(&project).jobs().is_empty());
    let locations = locations(&said);
    let bucket = project.json("state show s3_bucket.training-data --stack fine_tuning")["id"].clone();
    let expected =
        ["train", "validation"].map(|name| format!("s3://{}/training_data/{name}.jsonl", bucket.as_str().unwrap()));
    assert_eq!(locations, expected);
    for location in &locations {
        Observer::new(&project).upload(location);
    }

    let mut failing = project.command("apply fine_tuning --yes");
    let output = failing.env("EBB_CLOUD_FAULTS", "fails-after-create=1").output().unwrap();
    assert!(!output.status.success(), "{}", text(&output.stderr));
    assert_eq!(Observer::new(&project).statuses(), ["Failed"]);
    project.ebb("apply fine_tuning --yes");
    assert_eq!(Observer::new(&project).statuses(), ["Failed"], "it is not run again by itself");
    assert!(Observer::new(&project).deployments().is_empty());
    project.ebb(&format!("apply fine_tuning --yes --run {JOB}"));
    assert_eq!(Observer::new(&project).statuses(), ["Failed", "Completed"]);
    assert_eq!(Observer::new(&project).deployments()[0].1, project.output("CUSTOM_MODEL_ARN"));
}
