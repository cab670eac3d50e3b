//! An alarm's state, and whether it acts.

use serde_json::{Value, json};

use super::clock::now;
use super::history;
use super::records::{METRIC_ALARMS, find_alarm};
use super::refusal::{Outcome, invalid, need, texts};
use crate::documents::CallContext;
use crate::service::Fault;

/// SetAlarmState: a metric alarm's state, until the next call.
pub(super) fn set(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "AlarmName")?;
    let state = need(input, "StateValue")?;
    let reason = need(input, "StateReason")?;
    if !matches!(state, "OK" | "ALARM" | "INSUFFICIENT_DATA") {
        return Err(invalid(format!("Value '{state}' at 'stateValue' is none of OK, ALARM, INSUFFICIENT_DATA")));
    }
    let data = &input["StateReasonData"];
    if data.as_str().is_some_and(|text| serde_json::from_str::<Value>(text).is_err()) {
        return Err(Fault::new("InvalidFormat", "StateReasonData was not valid JSON").into());
    }
    match find_alarm(context, name) {
        Some(METRIC_ALARMS) => {}
        Some(_) => return Err(invalid("The state of a composite alarm follows from its rule and cannot be set here")),
        None => return Err(Fault { status: 404, ..Fault::new("ResourceNotFound", "Unknown alarm") }.into()),
    }
    let now = now(context);
    let mut summary = None;
    if let Some(alarm) = context.own.get_mut(METRIC_ALARMS, name) {
        if alarm["StateValue"] != state {
            let before = alarm["StateValue"].as_str().unwrap_or_default();
            summary = Some(format!("Alarm updated from {before} to {state}"));
            alarm["StateTransitionedTimestamp"] = now.clone();
        }
        alarm["StateValue"] = json!(state);
        alarm["StateReason"] = json!(reason);
        alarm["StateReasonData"] = data.clone();
        alarm["StateUpdatedTimestamp"] = now;
    }
    if let Some(summary) = summary {
        history::add(context, METRIC_ALARMS, name, "StateUpdate", &summary);
    }
    Ok(json!({}))
}

/// EnableAlarmActions and DisableAlarmActions. Names that are unknown are passed over, as on AWS.
pub(super) fn enable_actions(input: &Value, enabled: bool, context: &mut CallContext<'_>) -> Outcome {
    let names = texts(input, "AlarmNames");
    if names.is_empty() || names.len() > 100 {
        return Err(invalid("AlarmNames must have between 1 and 100 members"));
    }
    for name in names {
        if let Some(table) = find_alarm(context, name)
            && let Some(alarm) = context.own.get_mut(table, name)
            && alarm["ActionsEnabled"] != enabled
        {
            alarm["ActionsEnabled"] = json!(enabled);
            let word = if enabled { "enabled" } else { "disabled" };
            history::add(context, table, name, "ConfigurationUpdate", &format!("Alarm \"{name}\" actions {word}"));
        }
    }
    Ok(json!({}))
}
