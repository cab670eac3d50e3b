//! The metrics that AWS itself publishes: those of SageMaker's endpoints, and the use of its quotas.

use serde_json::{Value, json};

use super::refusal::members;
use super::sample::Sample;
use crate::documents::CallContext;
use crate::services::sagemaker::{Published, Window, in_use, metrics};

/// Returns the published samples of a series between two instants (seconds since the epoch).
pub(super) fn samples(context: &CallContext<'_>, metric: &Value, start: f64, end: f64) -> Vec<Sample> {
    if metric["Namespace"] == "AWS/Usage" {
        return usage(context, metric, start, end).into_iter().collect();
    }
    if !matches!(metric["Namespace"].as_str(), Some("AWS/SageMaker" | "/aws/sagemaker/Endpoints")) {
        return Vec::new();
    }
    let wanted = members(metric, "Dimensions");
    let endpoint = wanted.iter().find(|dimension| dimension["Name"] == "EndpointName");
    let endpoint = endpoint.and_then(|dimension| dimension["Value"].as_str());
    if endpoint.is_none() && !wanted.iter().any(|dimension| dimension["Name"] == "InferenceComponentName") {
        return Vec::new();
    }
    let is_it = |published: &Published| {
        let has = |(name, value): &(&str, String)| {
            wanted.iter().any(|dimension| dimension["Name"] == *name && dimension["Value"] == value.as_str())
        };
        metric["Namespace"] == published.namespace
            && metric["MetricName"] == published.name
            && wanted.len() == published.dimensions.len()
            && published.dimensions.iter().all(has)
    };
    of(context, endpoint, milliseconds(start), milliseconds(end))
        .into_iter()
        .filter(is_it)
        .flat_map(|published| {
            let unit = published.unit;
            published.points.into_iter().map(move |point| Sample {
                at: point.at,
                unit: unit.to_owned(),
                count: point.count,
                sum: point.value * point.count,
                minimum: point.value,
                maximum: point.value,
                values: vec![(point.value, point.count)],
            })
        })
        .collect()
}

/// Returns the use of a quota of SageMaker on instances of endpoints in the minute that was over last: usage metrics "are collected every
/// minute" ("AWS usage metrics" of the CloudWatch User Guide). Earlier minutes are not kept here. AWS publishes no 0 for what was never used.
fn usage(context: &CallContext<'_>, metric: &Value, start: f64, end: f64) -> Option<Sample> {
    let wanted = members(metric, "Dimensions");
    let of = |name: &str| wanted.iter().find(|one| one["Name"] == name).and_then(|one| one["Value"].as_str());
    let is_it = metric["MetricName"] == "ResourceCount" && wanted.len() == 4;
    let is_it =
        is_it && (of("Service"), of("Type"), of("Class")) == (Some("SageMaker"), Some("Resource"), Some("None"));
    let kind = of("Resource")?.strip_prefix("endpoint/").filter(|_| is_it)?;
    let at = context.now_ms.saturating_sub(context.metrics_lag_ms).div_euclid(60_000).saturating_sub(1) * 60;
    #[expect(
        clippy::cast_precision_loss,
        reason = "an instant in seconds is below 2^53, and numbers of instances are small"
    )]
    let (at, value) = (at as f64, *in_use(&context.other("sagemaker"), context.now_ms).ok()?.get(kind)? as f64);
    (start <= at && at < end).then(|| Sample {
        at,
        unit: "None".to_owned(),
        count: 1.0,
        sum: value,
        minimum: value,
        maximum: value,
        values: vec![(value, 1.0)],
    })
}

/// Returns the published series of the last 15 days, as `ListMetrics` has them, each with its last sample.
pub(super) fn all(context: &CallContext<'_>) -> Vec<Value> {
    let series = |published: Published| {
        let dimensions: Vec<Value> =
            published.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let last: Vec<Value> = published.points.last().map(|point| json!({ "At": point.at })).into_iter().collect();
        json!({
            "Namespace": published.namespace, "MetricName": published.name, "Dimensions": dimensions, "Samples": last,
        })
    };
    let kept = 15 * 86_400_000;
    of(context, None, context.now_ms - kept, context.now_ms + 1).into_iter().map(series).collect()
}

/// An endpoint whose record is damaged has no metrics here; SageMaker refuses the calls on it.
fn of(context: &CallContext<'_>, endpoint: Option<&str>, from_ms: i64, to_ms: i64) -> Vec<Published> {
    let shown_ms = context.now_ms.saturating_sub(context.metrics_lag_ms);
    let window = Window { from_ms, to_ms, shown_ms, now_ms: context.now_ms };
    metrics(&context.other("sagemaker"), endpoint, window).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "an instant out of range saturates")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}
