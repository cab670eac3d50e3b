//! The items of AWS's bill that alarms and dashboards use. An alarm bills each metric that it watches; metrics, their data and
//! calls are not metered.

use serde_json::Value;

use super::records::{COMPOSITE_ALARMS, DASHBOARDS, METRIC_ALARMS};
use super::tags::TAGS;
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// The largest dashboard that bills as a basic one, in metrics.
const BASIC_METRICS: usize = 50;
/// Periods below this are of high resolution, in seconds.
const STANDARD_PERIOD: i64 = 60;

/// Returns the uses of a region.
pub(super) fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let used = |item: Item, record: &Value, arn: &str| {
        let arn = record[arn].as_str().unwrap_or_default();
        Use::new(item, arn.to_owned(), document.get(TAGS, arn).unwrap_or(&Value::Null), place)
    };
    let mut uses = Vec::new();
    for (_, alarm) in document.all(METRIC_ALARMS) {
        let (item, metrics) = watched(alarm);
        uses.push(Use { count: metrics, ..used(item, alarm, "AlarmArn") });
    }
    uses.extend(document.all(COMPOSITE_ALARMS).map(|(_, alarm)| used(Item::CompositeAlarm, alarm, "AlarmArn")));
    for (_, dashboard) in document.all(DASHBOARDS) {
        let item = if metrics_shown(dashboard) > BASIC_METRICS { Item::LargeDashboard } else { Item::Dashboard };
        uses.push(used(item, dashboard, "DashboardArn"));
    }
    uses
}

/// Returns the resolution of an alarm and the number of metrics that it watches, those of an expression included.
fn watched(alarm: &Value) -> (Item, f64) {
    let queries = alarm["Metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
    let metrics: Vec<&Value> =
        queries.iter().map(|query| &query["MetricStat"]).filter(|stat| !stat.is_null()).collect();
    let periods = metrics.iter().map(|stat| &stat["Period"]).chain([&alarm["Period"]]);
    let fine = periods.filter_map(Value::as_i64).any(|period| period < STANDARD_PERIOD);
    #[expect(clippy::cast_precision_loss, reason = "an alarm has few metrics")]
    let count = metrics.len().max(1) as f64;
    (if fine { Item::HighResolutionAlarm } else { Item::Alarm }, count)
}

fn metrics_shown(dashboard: &Value) -> usize {
    let body: Value =
        dashboard["DashboardBody"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let widgets = body["widgets"].as_array().into_iter().flatten();
    widgets.map(|widget| widget["properties"]["metrics"].as_array().map_or(0, Vec::len)).sum()
}
