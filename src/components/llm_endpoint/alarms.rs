//! The alarms of an endpoint.

use std::collections::BTreeMap;

use super::settings::{LlmEndpoint, SUCCESSOR, VARIANT};
use crate::aws::EndpointName;
use crate::aws::cloudwatch::{
    Alarm, AlarmActions, AlarmOutputs, Comparison, Metric, MetricMath, MissingData, Statistic, Watch,
};
use crate::resource::{Declared, Input};
use crate::stack::Stack;

/// CloudWatch reports the latency of a model in microseconds.
const MICROSECONDS_IN_A_MILLISECOND: f64 = 1000.0;

/// The alarms for the quality of responses.
pub(super) struct QualityAlarms {
    /// All of them.
    pub all: Vec<AlarmOutputs<Declared>>,
    /// Those that roll a deployment back.
    pub rollback: Vec<AlarmOutputs<Declared>>,
}

/// Declares the alarms for latency and errors. They come before the endpoint, because its deployments are rolled back
/// by them.
pub(super) fn declare_quality(endpoint: &LlmEndpoint, stack: &mut Stack, name: &str) -> QualityAlarms {
    let alarms = &endpoint.alarms;
    let latency =
        alarms.p95_latency_ms.map(|limit| ("slow", slow(endpoint, VARIANT, limit), alarms.latency_rolls_back));
    let errors = alarms.error_percent.map(|limit| ("errors", errors(endpoint, VARIANT, limit), true));
    let mut declared = QualityAlarms { all: Vec::new(), rollback: Vec::new() };
    for (suffix, alarm, rolls_back) in latency.into_iter().chain(errors) {
        let alarm = stack.add(&format!("{name}-{suffix}"), alarm);
        if rolls_back {
            declared.rollback.push(alarm.clone());
        }
        declared.all.push(alarm);
    }
    declared
}

/// Declares the alarms of a successor: the same limits, and a gate each. They come after the endpoint.
pub(super) fn declare_successor(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    endpoint_name: &Input<EndpointName>,
) -> Vec<AlarmOutputs<Declared>> {
    if endpoint.successor.is_none() {
        return Vec::new();
    }
    let alarms = &endpoint.alarms;
    let latency = alarms.p95_latency_ms.map(|limit| ("slow", gate(slow(endpoint, SUCCESSOR, limit))));
    let errors = alarms.error_percent.map(|limit| ("errors", gate(errors(endpoint, SUCCESSOR, limit))));
    let down = alarms.down.then(|| ("down", down(endpoint, SUCCESSOR)));
    let declare = |(suffix, alarm): (&str, Alarm)| {
        let alarm = stack.add(&format!("{name}-{SUCCESSOR}-{suffix}"), alarm);
        stack.after(&alarm.name, endpoint_name);
        alarm
    };
    latency.into_iter().chain(errors).chain(down).map(declare).collect()
}

/// Makes an alarm a gate: without data it proves nothing. It looks at an hour, so that a quarter of an hour without calls is no lack
/// of data.
fn gate(alarm: Alarm) -> Alarm {
    Alarm { period_seconds: 300, evaluation_periods: 12, missing_data: MissingData::Missing, ..alarm }
}

/// Declares the alarm for an endpoint without instances. It comes after the endpoint, because before that no instance
/// can report.
pub(super) fn declare_down(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    endpoint_name: &Input<EndpointName>,
) -> Option<AlarmOutputs<Declared>> {
    let may_be_empty = endpoint.scaling.is_some_and(|scaling| scaling.min == 0);
    if !endpoint.alarms.down || endpoint.instances().is_none() || may_be_empty {
        return None;
    }
    let alarm = stack.add(&format!("{name}-down"), down(endpoint, VARIANT));
    stack.after(&alarm.name, endpoint_name);
    Some(alarm)
}

fn slow(endpoint: &LlmEndpoint, variant: &str, limit_ms: f64) -> Alarm {
    let latency = Statistic::Percentile(95.0);
    let latency = Metric::of_variant("ModelLatency", endpoint.endpoint_name.as_str(), variant, latency);
    Alarm {
        description: Some(format!("One call in twenty takes {} longer than {limit_ms} ms", called(endpoint, variant))),
        missing_data: MissingData::NotBreaching,
        ..watching(endpoint, Watch::Metric(latency), Comparison::Greater, limit_ms * MICROSECONDS_IN_A_MILLISECOND)
    }
}

/// Counts what fails in the model or its container: responses with 5xx, and calls without a response (timeouts, a
/// connection that breaks), which SageMaker counts as model errors only. Those contain the refused ones (4xx).
fn errors(endpoint: &LlmEndpoint, variant: &str, limit_percent: f64) -> Alarm {
    let sum = |name: &str| Metric::of_variant(name, endpoint.endpoint_name.as_str(), variant, Statistic::Sum);
    let rate = MetricMath {
        expression: "IF(calls > 0, 100 * MAX([FILL(failed, 0), FILL(broken, 0) - FILL(refused, 0)]) / calls, 0)".into(),
        label: Some("Errors in percent".into()),
        metrics: BTreeMap::from([
            ("calls".to_owned(), sum("Invocations")),
            ("refused".to_owned(), sum("Invocation4XXErrors")),
            ("failed".to_owned(), sum("Invocation5XXErrors")),
            ("broken".to_owned(), sum("InvocationModelErrors")),
        ]),
    };
    Alarm {
        description: Some(format!("More than {limit_percent} % of the calls of {} fail", called(endpoint, variant))),
        missing_data: MissingData::NotBreaching,
        ..watching(endpoint, Watch::Math(rate), Comparison::Greater, limit_percent)
    }
}

/// Every instance reports its load each minute, with or without calls. Without any instance the alarm changes to
/// insufficient data, which notifies. A new endpoint has no data either, but then the state does not change.
fn down(endpoint: &LlmEndpoint, variant: &str) -> Alarm {
    let load = Metric {
        namespace: "/aws/sagemaker/Endpoints".into(),
        ..Metric::of_variant("CPUUtilization", endpoint.endpoint_name.as_str(), variant, Statistic::SampleCount)
    };
    let alarm = watching(endpoint, Watch::Metric(load), Comparison::Less, 1.0);
    Alarm {
        description: Some(format!("No instance of {} has reported for five minutes", called(endpoint, variant))),
        datapoints_to_alarm: None,
        missing_data: MissingData::Missing,
        actions: AlarmActions { insufficient_data: endpoint.alarms.notify.clone(), ..alarm.actions },
        ..alarm
    }
}

/// Returns a variant of an endpoint in words.
fn called(endpoint: &LlmEndpoint, variant: &str) -> String {
    let name = &endpoint.endpoint_name;
    if variant == VARIANT { name.clone() } else { format!("{name} (variant {variant})") }
}

/// Three bad minutes of five: quick enough for a rollback within five minutes, slow enough to ignore a single bad call.
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
