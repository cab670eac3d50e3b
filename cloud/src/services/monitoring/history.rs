//! The history of alarms.

use serde_json::{Value, json};

use super::clock::now;
use super::records::COMPOSITE_ALARMS;
use super::refusal::{Outcome, bad_token, page_size, texts};
use crate::documents::CallContext;
use crate::services::paging::page;

const HISTORY: &str = "alarm-history";
/// Older items of an alarm make room for newer ones beyond this number.
const KEPT: usize = 100;

/// Adds an item to an alarm's history.
pub(super) fn add(context: &mut CallContext<'_>, table: &str, name: &str, item_type: &str, summary: &str) {
    let item = json!({
        "AlarmName": name,
        "AlarmType": if table == COMPOSITE_ALARMS { "CompositeAlarm" } else { "MetricAlarm" },
        "Timestamp": now(context),
        "HistoryItemType": item_type,
        "HistorySummary": summary,
        "HistoryData": json!({ "version": "1.0", "type": item_type }).to_string(),
    });
    let mut items = context.own.remove(HISTORY, name).and_then(|items| items.as_array().cloned()).unwrap_or_default();
    items.push(item);
    let surplus = items.len().saturating_sub(KEPT);
    context.own.put(HISTORY, name, Value::Array(items.split_off(surplus)));
}

/// Drops the history of a deleted alarm.
pub(super) fn forget(context: &mut CallContext<'_>, name: &str) {
    context.own.remove(HISTORY, name);
}

/// DescribeAlarmHistory: newest first, unless the caller wants it the other way round.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let types = texts(input, "AlarmTypes");
    let matches = |item: &Value| {
        let at = item["Timestamp"].as_f64().unwrap_or_default();
        input["AlarmName"].as_str().is_none_or(|name| item["AlarmName"] == name)
            && input["HistoryItemType"].as_str().is_none_or(|wanted| item["HistoryItemType"] == wanted)
            && (types.is_empty() || types.iter().any(|wanted| item["AlarmType"] == *wanted))
            && input["StartDate"].as_f64().is_none_or(|start| at >= start)
            && input["EndDate"].as_f64().is_none_or(|end| at <= end)
    };
    let mut items: Vec<&Value> = context
        .own
        .all(HISTORY)
        .flat_map(|(_, items)| items.as_array().into_iter().flatten())
        .filter(|item| matches(item))
        .collect();
    items.sort_by(|one, other| {
        one["Timestamp"].as_f64().unwrap_or_default().total_cmp(&other["Timestamp"].as_f64().unwrap_or_default())
    });
    if input["ScanBy"].as_str() != Some("TimestampAscending") {
        items.reverse();
    }
    let size = page_size(input, "MaxRecords", 100, 100)?;
    let numbered = items.into_iter().enumerate().map(|(number, item)| (format!("{number:08}"), item));
    let page = page(numbered, input["NextToken"].as_str(), size).ok_or_else(bad_token)?;
    Ok(json!({ "AlarmHistoryItems": page.items, "NextToken": page.next }))
}
