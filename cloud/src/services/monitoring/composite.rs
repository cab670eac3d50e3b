//! Composite alarms.

use serde_json::{Value, json};

use super::alarm::{self, COMPOSITE_ALARMS, METRIC_ALARMS, find};
use super::refusal::{Outcome, invalid, need};
use super::{alarm_checks, alarm_rule};
use crate::documents::CallContext;

/// A chain of composite alarms longer than this is taken for a cycle.
const DEPTH: usize = 16;

/// PutCompositeAlarm.
pub(super) fn put(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    alarm_checks::name_and_actions(input)?;
    let name = need(input, "AlarmName")?;
    let rule = alarm_rule::parse(need(input, "AlarmRule")?).map_err(invalid)?;
    if context.own.get(METRIC_ALARMS, name).is_some() {
        return Err(invalid(format!("A metric alarm with the name {name} exists already")));
    }
    let suppressor = input["ActionsSuppressor"].as_str().map(alarm_rule::name_of);
    let missing: Vec<String> = rule
        .alarms()
        .into_iter()
        .chain(suppressor)
        .filter(|child| find(context, child).is_none() && child != name)
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(invalid(format!(
            "Could not save the composite alarm as alarms [{missing}] in the alarm rule do not exist"
        )));
    }
    if rule.alarms().iter().any(|child| reaches(context, child, name, DEPTH)) {
        return Err(invalid(format!("Could not save the composite alarm as its rule leads back to {name}")));
    }
    if input["ActionsSuppressor"].is_string()
        && (input["ActionsSuppressorWaitPeriod"].is_null() || input["ActionsSuppressorExtensionPeriod"].is_null())
    {
        return Err(invalid(
            "ActionsSuppressor needs ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod",
        ));
    }
    alarm::record(COMPOSITE_ALARMS, name, alarm::configuration(input, context), input, context)
}

/// The composite alarms whose rule names an alarm.
pub(super) fn depending_on(context: &CallContext<'_>, name: &str) -> Vec<String> {
    let composites = context.own.all(COMPOSITE_ALARMS);
    composites
        .filter(|(_, alarm)| children(alarm).iter().any(|child| child == name))
        .map(|(composite, _)| composite.to_owned())
        .collect()
}

/// A composite alarm as a describe returns it: with the state that its rule has now.
pub(super) fn with_state(context: &CallContext<'_>, alarm: &Value) -> Value {
    let mut alarm = alarm.clone();
    if let Some(Ok(rule)) = alarm["AlarmRule"].as_str().map(alarm_rule::parse) {
        let holds = rule.holds(&|name, state| state_of(context, name, DEPTH) == state);
        alarm["StateValue"] = json!(if holds { "ALARM" } else { "OK" });
        alarm["StateReason"] = json!(format!("The alarm rule is {}", if holds { "true" } else { "false" }));
    }
    alarm
}

fn children(alarm: &Value) -> Vec<String> {
    let rule = alarm["AlarmRule"].as_str().map(alarm_rule::parse);
    rule.and_then(Result::ok).map(|rule| rule.alarms()).unwrap_or_default()
}

fn state_of(context: &CallContext<'_>, name: &str, depth: usize) -> String {
    if let Some(alarm) = context.own.get(METRIC_ALARMS, name) {
        return alarm["StateValue"].as_str().unwrap_or_default().to_owned();
    }
    let rule = context.own.get(COMPOSITE_ALARMS, name).and_then(|alarm| alarm["AlarmRule"].as_str());
    match rule.map(alarm_rule::parse) {
        Some(Ok(rule)) if depth > 0 => {
            let holds = rule.holds(&|child, state| state_of(context, child, depth - 1) == state);
            if holds { "ALARM" } else { "OK" }.to_owned()
        }
        _ => "INSUFFICIENT_DATA".to_owned(),
    }
}

/// Whether the rule of `from`, or of an alarm in it, names `to`.
fn reaches(context: &CallContext<'_>, from: &str, to: &str, depth: usize) -> bool {
    from == to
        || depth == 0
        || context
            .own
            .get(COMPOSITE_ALARMS, from)
            .is_some_and(|alarm| children(alarm).iter().any(|child| reaches(context, child, to, depth - 1)))
}
