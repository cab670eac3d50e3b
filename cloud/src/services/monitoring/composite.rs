//! Composite alarms.

use serde_json::Value;

use super::composite_rule::{DEPTH, reaches};
use super::records::{COMPOSITE_ALARMS, METRIC_ALARMS, find_alarm};
use super::refusal::{Outcome, invalid, need};
use super::{alarm, alarm_checks, alarm_rule};
use crate::documents::CallContext;

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
        .filter(|child| find_alarm(context, child).is_none() && child != name)
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
