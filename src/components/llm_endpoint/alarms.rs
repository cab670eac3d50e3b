//! What is watched of an endpoint.

use std::collections::BTreeMap;

use super::{LlmEndpoint, VARIANT};
use crate::aws::EndpointName;
use crate::aws::cloudwatch::{
    Alarm, AlarmActions, AlarmOutputs, Comparison, Metric, MetricMath, MissingData, Statistic, Watch,
};
use crate::resource::{Declared, Input};
use crate::stack::Stack;

/// CloudWatch has the model's latency in microseconds.
const MICROSECONDS_IN_A_MILLISECOND: f64 = 1000.0;

/// Declares the alarms that tell how well an endpoint answers. They come before the endpoint: a deployment that sets
/// one off is rolled back.
pub(super) fn declare_quality(endpoint: &LlmEndpoint, stack: &mut Stack, name: &str) -> Vec<AlarmOutputs<Declared>> {
    let latency = endpoint.alarms.p95_latency_ms.map(|most| ("slow", slow(endpoint, most)));
    let errors = endpoint.alarms.error_percent.map(|most| ("errors", errors(endpoint, most)));
    let alarms = latency.into_iter().chain(errors);
    alarms.map(|(what, alarm)| stack.add(&format!("{name}-{what}"), alarm)).collect()
}

/// Declares the alarm that tells when an endpoint is gone. It comes after the endpoint, for before that there is
/// nothing to be missed.
pub(super) fn declare_down(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    after: &Input<EndpointName>,
) -> Option<AlarmOutputs<Declared>> {
    let may_be_empty = endpoint.scaling.is_some_and(|scaling| scaling.min == 0);
    if !endpoint.alarms.down || endpoint.instances().is_none() || may_be_empty {
        return None;
    }
    let name = format!("{name}-down");
    let out = stack.add(&name, down(endpoint));
    stack.after(&out.name, after);
    Some(out)
}

fn slow(endpoint: &LlmEndpoint, most_ms: f64) -> Alarm {
    let latency = Statistic::Percentile(95.0);
    let latency = Metric::of_variant("ModelLatency", endpoint.endpoint_name.as_str(), VARIANT, latency);
    Alarm {
        description: Some(format!("One call in twenty takes {} longer than {most_ms} ms", endpoint.endpoint_name)),
        missing_data: MissingData::NotBreaching,
        ..watching(endpoint, Watch::Metric(latency), Comparison::Greater, most_ms * MICROSECONDS_IN_A_MILLISECOND)
    }
}

fn errors(endpoint: &LlmEndpoint, most_percent: f64) -> Alarm {
    let sum = |name: &str| Metric::of_variant(name, endpoint.endpoint_name.as_str(), VARIANT, Statistic::Sum);
    let rate = MetricMath {
        expression: "IF(calls > 0, 100 * (refused + failed) / calls, 0)".into(),
        label: Some("Errors in percent".into()),
        metrics: BTreeMap::from([
            ("calls".to_owned(), sum("Invocations")),
            ("refused".to_owned(), sum("Invocation4XXErrors")),
            ("failed".to_owned(), sum("Invocation5XXErrors")),
        ]),
    };
    Alarm {
        description: Some(format!("More than {most_percent} % of the calls of {} fail", endpoint.endpoint_name)),
        missing_data: MissingData::NotBreaching,
        ..watching(endpoint, Watch::Math(rate), Comparison::Greater, most_percent)
    }
}

/// Every instance reports its load each minute, whether it is called or not. That nobody reports any more shows as too
/// few values; an endpoint that has just been made has none either, but that is no change that would be told.
fn down(endpoint: &LlmEndpoint) -> Alarm {
    let load = Metric {
        namespace: "/aws/sagemaker/Endpoints".into(),
        ..Metric::of_variant("CPUUtilization", endpoint.endpoint_name.as_str(), VARIANT, Statistic::SampleCount)
    };
    let alarm = watching(endpoint, Watch::Metric(load), Comparison::Less, 1.0);
    Alarm {
        description: Some(format!("No instance of {} has reported for five minutes", endpoint.endpoint_name)),
        datapoints_to_alarm: None,
        missing_data: MissingData::Missing,
        actions: AlarmActions { insufficient_data: endpoint.alarms.notify.clone(), ..alarm.actions },
        ..alarm
    }
}

/// Three bad minutes of five: quick enough to roll back within five minutes, slow enough for one bad call.
fn watching(endpoint: &LlmEndpoint, watch: Watch, comparison: Comparison, threshold: f64) -> Alarm {
    let notify = &endpoint.alarms.notify;
    Alarm {
        period_seconds: 60,
        evaluation_periods: 5,
        datapoints_to_alarm: Some(3),
        actions: AlarmActions { alarm: notify.clone(), ok: notify.clone(), insufficient_data: Vec::new() },
        quiet_while_paused: true,
        tags: endpoint.tags.clone(),
        ..Alarm::new(watch, comparison, threshold)
    }
}
