//! The life of the stack, from nothing to nothing.

use super::observer::Observer;
use super::{JOB, SETTINGS, project};

const NOTHING: [&str; 0] = [];

#[test]
fn it_is_trained_once_and_survives_a_pause_and_a_destroy() {
    let project = project(SETTINGS);
    let planned = project.ebb("plan fine_tuning");
    for part in ["> bedrock_customization_job.expert", "$3.40 (900 1K tokens of bedrock.nova2_lite.training)"] {
        assert!(planned.contains(part), "{part}: {planned}");
    }
    project.ebb("apply fine_tuning --yes");
    assert_eq!(project.operations("plan fine_tuning"), NOTHING);
    assert_eq!(Observer::new(&project).statuses(), ["Completed"]);
    let (job, model, id) =
        (project.output("CUSTOMIZATION_JOB"), project.output("CUSTOM_MODEL_ARN"), project.output("CUSTOM_MODEL_ID"));
    assert_eq!(Observer::new(&project).jobs(), [(job, "Completed".to_owned())]);
    assert_eq!(Observer::new(&project).models(), std::slice::from_ref(&model));
    assert_eq!(Observer::new(&project).deployments(), [(id.clone(), model.clone())]);
    assert_eq!(project.output("CUSTOM_MODEL_NAME"), "dcisionai-optimization-expert");
    assert_eq!((project.output("TRAINING_LOSS"), project.output("VALIDATION_LOSS")), ("0.42".into(), "0.51".into()));

    // Nothing of it bills by the hour.
    assert_eq!(project.operations("plan fine_tuning --target paused"), NOTHING);
    project.ebb("pause fine_tuning --yes");
    project.ebb("resume fine_tuning --yes");
    assert_eq!(Observer::new(&project).deployments(), [(id, model.clone())]);

    // The model is data.
    let kept = project.command("destroy fine_tuning --yes --quiet").output().unwrap();
    let said = crate::project::text(&kept.stderr);
    assert!(kept.status.success() && said.contains(&format!("--include-data {JOB}")), "{said}");
    assert_eq!(Observer::new(&project).models(), std::slice::from_ref(&model));
    assert!(Observer::new(&project).deployments().is_empty());
    project.ebb("apply fine_tuning --yes");
    assert_eq!(Observer::new(&project).statuses(), ["Completed"], "it is not run again");
    assert_eq!(Observer::new(&project).deployments()[0].1, model);
    project.ebb("destroy fine_tuning --yes --include-data all");
    assert!(Observer::new(&project).models().is_empty());
    assert_eq!(project.operations("plan fine_tuning --target destroyed"), NOTHING);
}

#[test]
fn a_stack_without_settings_says_which_are_missing() {
    let project = project("");
    let said = project.refused("plan fine_tuning");
    for field in ["base_model", "training_data", "validation_data", "hyper_parameters"] {
        assert!(said.contains(&format!("{field}: is missing in [stacks.fine_tuning]")), "{field}: {said}");
    }
    project.settle(&SETTINGS.replace("epochs", "epoch"));
    let said = project.refused("plan fine_tuning");
    assert!(said.contains("local.toml:") && said.contains("did you mean `epochs`?"), "{said}");
}
