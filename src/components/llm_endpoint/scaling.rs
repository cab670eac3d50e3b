//! The scaling of an endpoint.

use std::collections::BTreeMap;

use super::settings::{LlmEndpoint, SUCCESSOR, Scaling, VARIANT};
use crate::aws::autoscaling::{
    Adjustment, Aggregation, CustomMetric, MetricStatistic, PredefinedMetric, ScalableTarget, ScalingPolicy,
    ScalingRule, ScheduledAction, Step, StepScaling, TargetMetric, TargetTracking,
};
use crate::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use crate::aws::{EndpointName, ScalableResource};
use crate::resource::Input;
use crate::stack::Stack;

/// Declares the scaling of an endpoint.
pub(super) fn declare_scaling(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    endpoint_name: &Input<EndpointName>,
) {
    let Some(scaling) = &endpoint.scaling else {
        if !endpoint.schedule.is_empty() {
            stack.problem(name, Some("schedule".into()), "a schedule changes the bounds of `scaling`, which is none");
        }
        return;
    };
    let queues = endpoint.async_inference().is_some();
    if endpoint.instances().is_none() {
        let message = "a serverless endpoint scales by itself; set `scaling` to none";
        stack.problem(name, Some("scaling".into()), message);
        return;
    }
    if scaling.min == 0 && !queues {
        let message =
            "an endpoint without instances cannot answer: set at least 1, or queue the calls (asynchronous mode)";
        stack.problem(name, Some("scaling.min".into()), message);
    }
    let resource = declare_target(endpoint, stack, name, (endpoint_name, VARIANT), scaling);
    if scaling.min == 0 && queues {
        declare_waking(endpoint, stack, name, &resource);
    }
    if endpoint.successor.is_some() {
        declare_target(endpoint, stack, &format!("{name}-{SUCCESSOR}"), (endpoint_name, SUCCESSOR), scaling);
    }
}

/// Declares the scaling of a variant, with its schedule.
fn declare_target(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    (endpoint_name, variant): (&Input<EndpointName>, &str),
    scaling: &Scaling,
) -> Input<ScalableResource> {
    let queues = endpoint.async_inference().is_some();
    let target = ScalableTarget {
        tags: endpoint.tags.clone(),
        ..ScalableTarget::variant(endpoint_name, variant, (scaling.min, scaling.max))
    };
    let resource = stack.add(name, target).resource;
    let metric = if queues { backlog(endpoint) } else { calls() };
    let tracking = TargetTracking {
        metric,
        value: scaling.target,
        scale_in_cooldown_seconds: Some(scaling.scale_in_cooldown_seconds),
        scale_out_cooldown_seconds: Some(scaling.scale_out_cooldown_seconds),
        disable_scale_in: false,
    };
    stack.add(name, ScalingPolicy::tracking(&resource, tracking));
    for (time, bounds) in &endpoint.schedule {
        let action = ScheduledAction::new(&resource, &bounds.schedule, (bounds.min, bounds.max));
        stack.add(&format!("{name}-{time}"), ScheduledAction { zone: bounds.zone.clone(), ..action });
    }
    resource
}

fn calls() -> TargetMetric {
    TargetMetric::Predefined(PredefinedMetric::SageMakerVariantInvocationsPerInstance)
}

fn backlog(endpoint: &LlmEndpoint) -> TargetMetric {
    TargetMetric::Custom(CustomMetric {
        namespace: "AWS/SageMaker".into(),
        name: "ApproximateBacklogSizePerInstance".into(),
        dimensions: BTreeMap::from([("EndpointName".into(), endpoint.endpoint_name.clone())]),
        statistic: MetricStatistic::Average,
        unit: None,
    })
}

/// Declares the alarm and the policy that start the first instance once a call waits. Target tracking cannot scale from
/// zero, because its metric is a quotient by the number of instances.
fn declare_waking(endpoint: &LlmEndpoint, stack: &mut Stack, name: &str, resource: &Input<ScalableResource>) {
    let step = StepScaling {
        adjustment: Adjustment::Change,
        steps: vec![Step { lower: Some(0.0), upper: None, by: 1 }],
        cooldown_seconds: Some(300),
        aggregation: Aggregation::Average,
        least_change: None,
    };
    let policy = ScalingPolicy { name: None, target: resource.clone(), rule: ScalingRule::Step(step) };
    let policy = stack.add(&format!("{name}-wake"), policy).arn;
    let waiting = Metric {
        namespace: "AWS/SageMaker".into(),
        name: "HasBacklogWithoutCapacity".into(),
        dimensions: BTreeMap::from([("EndpointName".into(), endpoint.endpoint_name.as_str().into())]),
        statistic: Statistic::Average,
        unit: None,
    };
    let alarm = Alarm {
        description: Some(format!(
            "Calls wait for {} while it has no instance; one is started",
            endpoint.endpoint_name
        )),
        period_seconds: 60,
        evaluation_periods: 2,
        actions: AlarmActions { alarm: vec![Input::join(policy.parts())], ..AlarmActions::none() },
        quiet_while_paused: true,
        tags: endpoint.tags.clone(),
        ..Alarm::new(Watch::Metric(waiting), Comparison::GreaterOrEqual, 1.0)
    };
    stack.add(&format!("{name}-wake"), alarm);
}
