//! The items of AWS's bill that policies use: "Application Auto Scaling creates and manages the CloudWatch alarms" of target
//! tracking (its user guide), and CloudWatch bills them like others. They carry no tags.

use serde_json::Value;

use super::records::POLICIES;
use crate::documents::Tables;
use crate::services::json::text;
use crate::usage::{Item, Place, Use};

/// Returns the uses of a region.
pub(super) fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let policies = document.all(POLICIES).map(|(_, policy)| policy);
    policies.flat_map(|policy| of_policy(policy, place)).collect()
}

fn of_policy(policy: &Value, place: &Place<'_>) -> Vec<Use> {
    let configuration = &policy["TargetTrackingScalingPolicyConfiguration"];
    let predefined = text(&configuration["PredefinedMetricSpecification"], "PredefinedMetricType");
    let queries = configuration["CustomizedMetricSpecification"]["Metrics"].as_array();
    let metrics = queries.into_iter().flatten().filter(|query| !query["MetricStat"].is_null()).count().max(1);
    #[expect(clippy::cast_precision_loss, reason = "an alarm has few metrics")]
    let used = |alarm: &Value| {
        let item = if predefined.ends_with("HighResolution") { Item::HighResolutionAlarm } else { Item::Alarm };
        Use { count: metrics as f64, ..Use::new(item, text(alarm, "AlarmARN").to_owned(), &Value::Null, place) }
    };
    policy["Alarms"].as_array().into_iter().flatten().map(used).collect()
}
