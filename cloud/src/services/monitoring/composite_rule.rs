//! The rules of composite alarms: the alarms they name, and the state they give.

use serde_json::{Value, json};

use super::alarm_rule;
use super::records::{COMPOSITE_ALARMS, METRIC_ALARMS};
use crate::documents::CallContext;

/// A chain of composite alarms longer than this is taken for a cycle.
pub(super) const DEPTH: usize = 16;

/// Returns the composite alarms whose rule names an alarm.
pub(super) fn depending_on(context: &CallContext<'_>, name: &str) -> Vec<String> {
    let composites = context.own.all(COMPOSITE_ALARMS);
    composites
        .filter(|(_, alarm)| children(alarm).iter().any(|child| child == name))
        .map(|(composite, _)| composite.to_owned())
        .collect()
}

/// Returns a composite alarm as a describe returns it: with the state that its rule has now.
pub(super) fn with_state(context: &CallContext<'_>, alarm: &Value) -> Value {
    let mut alarm = alarm.clone();
    if let Some(Ok(rule)) = alarm["AlarmRule"].as_str().map(alarm_rule::parse) {
        let holds = rule.holds(&|name, state| state_of(context, name, DEPTH) == state);
        alarm["StateValue"] = json!(if holds { "ALARM" } else { "OK" });
        alarm["StateReason"] = json!(format!("The alarm rule is {}", if holds { "true" } else { "false" }));
    }
    alarm
}

pub(super) fn children(alarm: &Value) -> Vec<String> {
    let rule = alarm["AlarmRule"].as_str().map(alarm_rule::parse);
    rule.and_then(Result::ok).map(|rule| rule.alarms()).unwrap_or_default()
}

pub(super) fn state_of(context: &CallContext<'_>, name: &str, depth: usize) -> String {
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

/// Returns whether the rule of `from`, or of an alarm in it, names `to`.
pub(super) fn reaches(context: &CallContext<'_>, from: &str, to: &str, depth: usize) -> bool {
    from == to
        || depth == 0
        || context
            .own
            .get(COMPOSITE_ALARMS, from)
            .is_some_and(|alarm| children(alarm).iter().any(|child| reaches(context, child, to, depth - 1)))
}
