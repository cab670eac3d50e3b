//! The life of the stack, from nothing to nothing.

use serde_json::Value;

use crate::project::Project;

fn operations(plan: &Value) -> Vec<String> {
    let operations = plan["operations"].as_array().unwrap().iter();
    operations
        .map(|one| format!("{} {}", one["operation"].as_str().unwrap(), one["address"].as_str().unwrap()))
        .collect()
}

#[test]
fn it_comes_up_sleeps_wakes_and_goes() {
    let project = Project::new("");
    project.ebb("apply document_intelligence --yes");
    assert_eq!(operations(&project.json("plan document_intelligence")), [""; 0]);

    // Only what bills by the hour goes; the monitor is stopped before.
    let pause = operations(&project.json("plan document_intelligence --target paused"));
    let deleted: Vec<_> = pause.iter().filter(|line| line.starts_with("delete")).collect();
    assert_eq!(deleted, ["delete sagemaker_endpoint.classifier"]);
    project.ebb("pause document_intelligence --yes");
    project.ebb("resume document_intelligence --yes");
    assert_eq!(operations(&project.json("plan document_intelligence")), [""; 0]);

    project.ebb("destroy document_intelligence --yes");
    project.ebb("destroy document_intelligence --yes --include-data all");
    assert_eq!(operations(&project.json("plan document_intelligence --target destroyed")), [""; 0]);
}
