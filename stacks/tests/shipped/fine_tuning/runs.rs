//! Runs of the job: changed inputs, failures, and base models that end.

use super::observer::Observer;
use super::{JOB, SETTINGS, project};
use crate::project::text;

#[test]
fn a_changed_run_has_to_be_named_and_the_deployment_moves_over_to_its_result() {
    let project = project(SETTINGS);
    project.ebb("apply fine_tuning --yes");
    let (first, id) = (project.output("CUSTOM_MODEL_ARN"), project.output("CUSTOM_MODEL_ID"));

    project.settle(&SETTINGS.replace("train.jsonl", "train-2027-q1.jsonl").replace("epochs = 2", "epochs = 3"));
    let planned = project.ebb("plan fine_tuning");
    assert!(planned.contains("Not run (1)") && planned.contains(&format!("--run {JOB}")), "{planned}");
    for input in ["hyper_parameters", "training_data"] {
        assert!(planned.contains(input), "{input}: {planned}");
    }
    project.ebb("apply fine_tuning --yes");
    assert_eq!(Observer::new(&project).statuses(), ["Completed"]);

    // The data of the new run is looked for before it is paid.
    let said = project.refused(&format!("apply fine_tuning --yes --run {JOB}"));
    assert!(said.contains("no object s3://uploaded/training_data/train-2027-q1.jsonl"), "{said}");
    Observer::new(&project).upload("s3://uploaded/training_data/train-2027-q1.jsonl");
    project.ebb(&format!("apply fine_tuning --yes --run {JOB}"));
    let observer = Observer::new(&project);
    assert_eq!(observer.statuses(), ["Completed", "Completed"]);
    assert_eq!(observer.epochs(&project.output("CUSTOMIZATION_JOB")), "3");
    let second = project.output("CUSTOM_MODEL_ARN");
    assert_ne!(second, first);
    assert_eq!(observer.deployments(), [(id, second.clone())], "callers go on with the same id");
    assert_eq!(observer.models().len(), 2, "the result of the first run stays");
    project.ebb(&format!("apply fine_tuning --yes --include-data {JOB}"));
    assert_eq!(Observer::new(&project).models(), [second]);
}

#[test]
fn a_failed_run_leaves_everything_with_the_result_before_it() {
    let project = project(SETTINGS);
    project.ebb("apply fine_tuning --yes");
    let before = Observer::new(&project).deployments();
    let again = format!("apply fine_tuning --yes --run {JOB}");
    let mut failing = project.command(&again);
    let output = failing.env("EBB_CLOUD_FAULTS", "fails-after-create=1").output().unwrap();
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("does not have the form of the base model"), "{said}");
    assert_eq!(Observer::new(&project).statuses(), ["Completed", "Failed"]);
    assert_eq!(Observer::new(&project).deployments(), before);

    project.ebb("apply fine_tuning --yes");
    let planned = project.ebb("plan fine_tuning");
    assert!(planned.contains("its run failed") && planned.contains(&format!("--run {JOB}")), "{planned}");
    assert_eq!(Observer::new(&project).statuses().len(), 2, "it is not run again by itself");
    project.ebb(&again);
    assert_eq!(Observer::new(&project).statuses(), ["Completed", "Failed", "Completed"]);
    assert_eq!(Observer::new(&project).deployments()[0].1, project.output("CUSTOM_MODEL_ARN"));
}

#[test]
fn a_base_model_past_its_life_is_refused_before_anything_is_made() {
    let past = "anthropic.claude-3-haiku-20240307-v1:0:200k";
    let project = project(&SETTINGS.replace("amazon.nova-2-lite-v1:0:256k", past));
    let said = project.refused("apply fine_tuning --yes");
    assert!(said.contains(&format!("no base model {past}")) && said.contains("past its end of life"), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("list-foundation-models"), "{said}");
    assert!(Observer::new(&project).jobs().is_empty());
    let status = project.ebb("status fine_tuning");
    assert!(status.contains("never applied"), "{status}");
}
