//! Describing alarms.

use serde_json::{Value, json};

use super::records::{COMPOSITE_ALARMS, METRIC_ALARMS};
use super::refusal::{Outcome, bad_combination, bad_token, invalid, members, need, page_size, texts};
use super::{alarm_rule, composite_rule};
use crate::documents::CallContext;
use crate::services::paging::page;

/// DescribeAlarms. Without AlarmTypes only metric alarms are returned, as on AWS.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let names = texts(input, "AlarmNames");
    if names.len() > 100 {
        return Err(invalid("Member at 'alarmNames' must have length less than or equal to 100"));
    }
    if !names.is_empty() && !input["AlarmNamePrefix"].is_null() {
        return Err(bad_combination("AlarmNames and AlarmNamePrefix are mutually exclusive"));
    }
    let mut types = texts(input, "AlarmTypes");
    if types.is_empty() {
        types.push("MetricAlarm");
    }
    let related = related(input, context)?;
    let mut found: Vec<(String, (&str, Value))> = Vec::new();
    for (kind, table) in [("CompositeAlarm", COMPOSITE_ALARMS), ("MetricAlarm", METRIC_ALARMS)] {
        // Alarms that are asked for by their relation are of either kind.
        if !types.contains(&kind) && related.is_none() {
            continue;
        }
        for (name, alarm) in context.own.all(table) {
            let alarm =
                if table == COMPOSITE_ALARMS { composite_rule::with_state(context, alarm) } else { alarm.clone() };
            let wanted = (names.is_empty() || names.contains(&name))
                && related.as_ref().is_none_or(|related| related.iter().any(|other| other == name))
                && matches(input, name, &alarm);
            if wanted {
                // Metric and composite alarms share their names, so the names alone order both.
                found.push((name.to_owned(), (kind, alarm)));
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let size = page_size(input, "MaxRecords", if names.is_empty() { 50 } else { 100 }, 100)?;
    let page = page(found, input["NextToken"].as_str(), size).ok_or_else(bad_token)?;
    let of = |wanted: &str| -> Vec<&Value> {
        page.items.iter().filter(|(kind, _)| *kind == wanted).map(|(_, alarm)| alarm).collect()
    };
    Ok(json!({ "MetricAlarms": of("MetricAlarm"), "CompositeAlarms": of("CompositeAlarm"), "NextToken": page.next }))
}

fn matches(input: &Value, name: &str, alarm: &Value) -> bool {
    let starts = |prefix: &str| {
        ["OKActions", "AlarmActions", "InsufficientDataActions"]
            .iter()
            .any(|actions| texts(alarm, actions).iter().any(|action| action.starts_with(prefix)))
    };
    input["AlarmNamePrefix"].as_str().is_none_or(|prefix| name.starts_with(prefix))
        && input["StateValue"].as_str().is_none_or(|state| alarm["StateValue"] == state)
        && input["ActionPrefix"].as_str().is_none_or(starts)
}

/// Returns the names of the alarms in the rule of a composite alarm, or of those whose rule names an alarm.
fn related(input: &Value, context: &CallContext<'_>) -> Outcome<Option<Vec<String>>> {
    if let Some(parent) = input["ChildrenOfAlarmName"].as_str() {
        let rule = context.own.get(COMPOSITE_ALARMS, parent).and_then(|alarm| alarm["AlarmRule"].as_str());
        let children = rule.map(alarm_rule::parse).transpose().map_err(invalid)?;
        return Ok(Some(children.map(|rule| rule.alarms()).unwrap_or_default()));
    }
    Ok(input["ParentsOfAlarmName"].as_str().map(|child| composite_rule::depending_on(context, child)))
}

/// DescribeAlarmsForMetric: the alarms on exactly this metric.
pub(super) fn describe_for_metric(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    need(input, "Namespace")?;
    need(input, "MetricName")?;
    let given = |field: &str| !input[field].is_null();
    let same_metric = |alarm: &Value| {
        alarm["Namespace"] == input["Namespace"]
            && alarm["MetricName"] == input["MetricName"]
            && same_dimensions(alarm, input)
            && ["Statistic", "ExtendedStatistic", "Period", "Unit"]
                .iter()
                .all(|field| !given(field) || alarm[*field] == input[*field])
    };
    let of_queries = |alarm: &Value| {
        members(alarm, "Metrics").iter().any(|query| {
            let metric = &query["MetricStat"]["Metric"];
            metric["Namespace"] == input["Namespace"]
                && metric["MetricName"] == input["MetricName"]
                && same_dimensions(metric, input)
        })
    };
    let alarms: Vec<&Value> = context
        .own
        .all(METRIC_ALARMS)
        .map(|(_, alarm)| alarm)
        .filter(|alarm| same_metric(alarm) || of_queries(alarm))
        .collect();
    Ok(json!({ "MetricAlarms": alarms }))
}

fn same_dimensions(one: &Value, other: &Value) -> bool {
    let (one, other) = (members(one, "Dimensions"), members(other, "Dimensions"));
    one.len() == other.len() && one.iter().all(|dimension| other.contains(dimension))
}
