//! The table of scheduled actions.

use ebbtide::aws::autoscaling::ScheduledAction;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::Table;
use super::{SAGEMAKER, among_targets, targets};

pub fn action() -> Table {
    let [first, second] = targets();
    let base = ScheduledAction {
        name: Some("one".into()),
        start: Some("2100-01-01T00:00:00Z".parse().unwrap()),
        ..ScheduledAction::new(&first, "cron(0 18 ? * MON-FRI *)", (1, 2))
    };
    let table = Table::new(&base, observe)
        .shows("name", json!("two"), json!("two"))
        .shows("target", json!(second), json!("endpoint/llm/variant/b"))
        .shows("schedule", json!("rate(5 minutes)"), json!("rate(5 minutes)"))
        .shows("zone", json!("Europe/Berlin"), json!("Europe/Berlin"))
        .shows("min", json!(0), json!(0))
        .shows("min", json!(null), json!(null))
        .shows("max", json!(7), json!(7))
        .shows("max", json!(null), json!(null))
        .shows("start", json!("2100-02-01T00:00:00Z"), json!("2100-02-01T00:00:00Z"))
        .shows("start", json!(null), json!(null))
        .shows("end", json!("2100-03-01T00:00:00Z"), json!("2100-03-01T00:00:00Z"));
    Table { add: among_targets::<ScheduledAction>, ..table }
}

fn observe<'a>(aws: &'a Aws, _id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async {
        let describe = aws.applicationautoscaling().describe_scheduled_actions().service_namespace(SAGEMAKER);
        let found = describe.send().await.unwrap();
        let [action] = found.scheduled_actions() else { panic!("not one action: {found:?}") };
        let bounds = action.scalable_target_action().unwrap();
        json!({
            "name": action.scheduled_action_name(),
            "target": action.resource_id(),
            "schedule": action.schedule(),
            "zone": action.timezone(),
            "min": bounds.min_capacity(),
            "max": bounds.max_capacity(),
            "start": action.start_time().map(ToString::to_string),
            "end": action.end_time().map(ToString::to_string),
        })
    })
}
