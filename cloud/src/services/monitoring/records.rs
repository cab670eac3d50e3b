//! The tables of CloudWatch, and lookups in them.

use crate::documents::CallContext;

/// The table of the metric alarms, by name.
pub(super) const METRIC_ALARMS: &str = "metric-alarms";

/// The table of the composite alarms, by name.
pub(super) const COMPOSITE_ALARMS: &str = "composite-alarms";

/// The table of the dashboards, by name.
pub(super) const DASHBOARDS: &str = "dashboards";

/// Returns the table that an alarm of this name is in.
pub(super) fn find_alarm(context: &CallContext<'_>, name: &str) -> Option<&'static str> {
    [METRIC_ALARMS, COMPOSITE_ALARMS].into_iter().find(|table| context.own.get(table, name).is_some())
}

/// Returns the ARN of an alarm of either kind.
pub(super) fn alarm_arn(context: &CallContext<'_>, name: &str) -> String {
    format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", context.partition(), context.region, context.account)
}

/// Returns the ARN of a dashboard, which names no region.
pub(super) fn dashboard_arn(context: &CallContext<'_>, name: &str) -> String {
    format!("arn:{}:cloudwatch::{}:dashboard/{name}", context.partition(), context.account)
}
