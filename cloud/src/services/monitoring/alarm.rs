//! Metric alarms: put and delete.

use serde_json::{Map, Value, json};

use super::clock::now;
use super::records::{COMPOSITE_ALARMS, METRIC_ALARMS, alarm_arn, find_alarm};
use super::refusal::{Outcome, invalid, need, texts};
use super::{alarm_checks, composite_rule, history, tags};
use crate::documents::CallContext;
use crate::service::Fault;

const UNCHECKED: &str = "Unchecked: Initial alarm creation";

/// PutMetricAlarm: creates the alarm, or replaces all of its configuration and keeps its state.
pub(super) fn put(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    alarm_checks::check(input)?;
    let name = need(input, "AlarmName")?;
    if context.own.get(COMPOSITE_ALARMS, name).is_some() {
        return Err(invalid(format!("A composite alarm with the name {name} exists already")));
    }
    let mut alarm = configuration(input, context);
    alarm.entry("Dimensions").or_insert_with(|| json!([]));
    record(METRIC_ALARMS, name, alarm, input, context)
}

/// Returns the configuration of an alarm of either kind: the input, with the defaults of CloudWatch.
pub(super) fn configuration(input: &Value, context: &CallContext<'_>) -> Map<String, Value> {
    let mut alarm = input.as_object().cloned().unwrap_or_default();
    alarm.remove("Tags");
    let name = input["AlarmName"].as_str().unwrap_or_default();
    alarm.insert("AlarmArn".to_owned(), json!(alarm_arn(context, name)));
    alarm.insert("AlarmConfigurationUpdatedTimestamp".to_owned(), now(context));
    alarm.entry("ActionsEnabled").or_insert(json!(true));
    for actions in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        // An empty list comes as an empty text from the query protocol.
        if !alarm.get(actions).is_some_and(Value::is_array) {
            alarm.insert(actions.to_owned(), json!([]));
        }
    }
    alarm
}

/// Stores an alarm of either kind: a new one with its initial state and its tags, an old one with the state it has.
pub(super) fn record(
    table: &str,
    name: &str,
    mut alarm: Map<String, Value>,
    input: &Value,
    context: &mut CallContext<'_>,
) -> Outcome {
    let before = context.own.get(table, name).cloned();
    if let Some(old) = &before {
        for field in STATE {
            if !old[field].is_null() {
                alarm.insert(field.to_owned(), old[field].clone());
            }
        }
    } else {
        tags::at_creation(&alarm_arn(context, name), input, context)?;
        alarm.insert("StateValue".to_owned(), json!("INSUFFICIENT_DATA"));
        alarm.insert("StateReason".to_owned(), json!(UNCHECKED));
        alarm.insert("StateUpdatedTimestamp".to_owned(), now(context));
        alarm.insert("StateTransitionedTimestamp".to_owned(), now(context));
    }
    context.own.put(table, name, Value::Object(alarm));
    let summary =
        if before.is_some() { format!("Alarm \"{name}\" updated") } else { format!("Alarm \"{name}\" created") };
    history::add(context, table, name, "ConfigurationUpdate", &summary);
    Ok(json!({}))
}

/// The fields that make up an alarm's state and outlive a change of its configuration.
const STATE: [&str; 5] =
    ["StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp"];

/// DeleteAlarms: deletes those of the named alarms that exist, and refuses when none of them does.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let names = texts(input, "AlarmNames");
    if names.is_empty() || names.len() > 100 {
        return Err(invalid("AlarmNames must have between 1 and 100 members"));
    }
    if names.iter().filter(|name| context.own.get(COMPOSITE_ALARMS, name).is_some()).count() > 1 {
        return Err(invalid("Only one composite alarm can be deleted in a call"));
    }
    let present: Vec<&str> = names.into_iter().filter(|name| find_alarm(context, name).is_some()).collect();
    if present.is_empty() {
        return Err(Fault { status: 404, ..Fault::new("ResourceNotFound", "The named alarms do not exist") }.into());
    }
    for name in &present {
        let mut watchers = composite_rule::depending_on(context, name);
        watchers.retain(|watcher| !present.contains(&watcher.as_str()));
        if !watchers.is_empty() {
            let watchers = watchers.join(", ");
            return Err(invalid(format!(
                "Cannot delete {name} as there are composite alarm(s) depending on it: {watchers}"
            )));
        }
    }
    for name in present {
        let arn = alarm_arn(context, name);
        context.own.remove(METRIC_ALARMS, name);
        context.own.remove(COMPOSITE_ALARMS, name);
        context.own.remove(tags::TAGS, &arn);
        history::forget(context, name);
    }
    Ok(json!({}))
}
