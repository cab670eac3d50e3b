//! Other ways in which the model answers.

use super::observer::Observer;
use super::{SETTINGS, project};

#[test]
fn provisioned_throughput_sleeps_and_the_alarms_follow_it() {
    let project = project(&format!("{SETTINGS}serving = {{ provisioned = {{ units = 1 }} }}\n"));
    project.ebb("apply fine_tuning --yes");
    let id = project.output("CUSTOM_MODEL_ID");
    assert_eq!(Observer::new(&project).throughputs(), std::slice::from_ref(&id));
    project.ebb("pause fine_tuning --yes");
    assert!(Observer::new(&project).throughputs().is_empty());
    assert_eq!(Observer::new(&project).statuses(), ["Completed"], "a pause leaves the job alone");
    project.ebb("resume fine_tuning --yes");
    let bought = Observer::new(&project).throughputs();
    assert_eq!(bought.len(), 1);
    assert_ne!(bought[0], id);
    assert_eq!(project.output("CUSTOM_MODEL_ID"), bought[0]);
    let alarm = project.json("state show cloudwatch_alarm.expert-errors --stack fine_tuning").to_string();
    assert!(alarm.contains(&bought[0]) && !alarm.contains(&id), "{alarm}");
    assert_eq!(project.operations("plan fine_tuning"), [""; 0]);
    assert_eq!(Observer::new(&project).statuses(), ["Completed"]);
}

#[test]
fn another_way_to_answer_runs_nothing_again() {
    let project = project(&format!("{SETTINGS}serving = \"none\"\n"));
    project.ebb("apply fine_tuning --yes");
    assert!(Observer::new(&project).deployments().is_empty());
    let model = project.output("CUSTOM_MODEL_ARN");
    project.settle(SETTINGS);
    project.ebb("apply fine_tuning --yes");
    assert_eq!(Observer::new(&project).deployments()[0].1, model);
    assert_eq!(Observer::new(&project).statuses(), ["Completed"]);
}
