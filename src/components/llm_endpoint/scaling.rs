//! How many instances an endpoint has under load.

use std::collections::BTreeMap;

use super::{LlmEndpoint, VARIANT};
use crate::aws::autoscaling::{
    Adjustment, Aggregation, CustomMetric, MetricStatistic, PredefinedMetric, ScalableTarget, ScalingPolicy,
    ScalingRule, ScheduledAction, Step, StepScaling, TargetMetric, TargetTracking,
};
use crate::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use crate::aws::{EndpointName, ScalableResource};
use crate::resource::Input;
use crate::stack::Stack;

/// How many instances an endpoint has under load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// The fewest; none only where calls queue.
    pub min: u32,
    /// The most.
    pub max: u32,
    /// Calls a minute and instance that are aimed at; where calls queue, calls in the queue for each instance.
    pub target: f64,
    /// How long instances are not taken again, in seconds.
    pub scale_in_cooldown_seconds: u32,
    /// How long instances are not added again, in seconds.
    pub scale_out_cooldown_seconds: u32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { min: 1, max: 10, target: 70.0, scale_in_cooldown_seconds: 300, scale_out_cooldown_seconds: 60 }
    }
}

/// Declares the scaling of an endpoint.
pub(super) fn declare_scaling(
    endpoint: &LlmEndpoint,
    stack: &mut Stack,
    name: &str,
    endpoint_name: &Input<EndpointName>,
) {
    let Some(scaling) = &endpoint.scaling else {
        if !endpoint.schedule.is_empty() {
            stack.problem(name, Some("schedule".into()), "without scaling there are no bounds to change");
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
        let message = "without an instance nobody answers: at least 1, or let calls queue (asynchronous)";
        stack.problem(name, Some("scaling.min".into()), message);
    }
    let target = ScalableTarget {
        tags: endpoint.tags.clone(),
        ..ScalableTarget::variant(endpoint_name, VARIANT, (scaling.min, scaling.max))
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
    if scaling.min == 0 && queues {
        declare_waking(endpoint, stack, name, &resource);
    }
    for (time, bounds) in &endpoint.schedule {
        let action = ScheduledAction::new(&resource, &bounds.schedule, (bounds.min, bounds.max));
        stack.add(&format!("{name}-{time}"), ScheduledAction { zone: bounds.zone.clone(), ..action });
    }
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

/// Target tracking cannot leave zero, for there is nothing to divide by: the first call in the queue starts the first
/// instance.
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
