//! `autoscaling_policy`: when capacity is added and removed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::named::{POLICY_INFIX, known_id, name_conflicts, name_problem};
use super::{Adjustment, Aggregation, ScalingRule, Step, StepScaling, TargetTracking};
use crate::aws::{AlarmName, ScalableResource, ScalingPolicyArn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved,
    Resource, fields,
};

/// A rule by which capacity is added and removed.
///
/// ```
/// # use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTargetOutputs, ScalingPolicy, TargetTracking};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, target: &ScalableTargetOutputs<Declared>) {
/// let calls = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
/// let policy = ScalingPolicy::tracking(&target.resource, TargetTracking::predefined(calls, 70.0));
/// stack.add("llm", policy);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalingPolicy<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The target.
    pub target: P::Of<ScalableResource>,
    /// The rule.
    pub rule: ScalingRule,
}

impl ScalingPolicy {
    /// Creates a policy that keeps a metric at a value.
    pub fn tracking(target: impl Into<Input<ScalableResource>>, tracking: TargetTracking) -> Self {
        Self { name: None, target: target.into(), rule: ScalingRule::TargetTracking(tracking) }
    }

    /// Creates a policy that adds the first copy of an inference component without one, once an alarm has it as an action. Target
    /// tracking cannot: its metrics are quotients by the number of copies. The steps are those of AWS's guide, "Scale an endpoint to
    /// zero instances".
    ///
    /// ```
    /// # use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, TargetTracking};
    /// # use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
    /// # use ebbtide::aws::sagemaker::InferenceComponentOutputs;
    /// # use ebbtide::resource::{Declared, Input};
    /// # use ebbtide::stack::Stack;
    /// # fn declare(stack: &mut Stack, component: &InferenceComponentOutputs<Declared>) {
    /// let copies = stack.add("llama", ScalableTarget::copies(&component.name, (0, 4))).resource;
    /// let calls = PredefinedMetric::SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution;
    /// stack.add("llama", ScalingPolicy::tracking(&copies, TargetTracking::predefined(calls, 5.0)));
    /// let wake = stack.add("llama-wake", ScalingPolicy::waking(&copies)).arn;
    /// // One refused call is enough: with `Comparison::Greater` it would take two within a minute.
    /// let refused = Metric::of_component("NoCapacityInvocationFailures", &component.name, Statistic::Sum);
    /// stack.add("llama-wake", Alarm {
    ///     period_seconds: 60,
    ///     evaluation_periods: 1,
    ///     actions: AlarmActions { alarm: vec![Input::join(wake.parts())], ..AlarmActions::none() },
    ///     ..Alarm::new(Watch::Metric(refused), Comparison::GreaterOrEqual, 1.0)
    /// });
    /// # }
    /// ```
    pub fn waking(target: impl Into<Input<ScalableResource>>) -> Self {
        let step = StepScaling {
            adjustment: Adjustment::Change,
            steps: vec![Step { lower: Some(0.0), upper: None, by: 1 }],
            cooldown_seconds: Some(60),
            aggregation: Aggregation::Maximum,
            least_change: None,
        };
        Self { name: None, target: target.into(), rule: ScalingRule::Step(step) }
    }
}

/// The outputs of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalingPolicyOutputs<P: Phase> {
    /// The ARN. An alarm triggers a step policy by having it as an action.
    pub arn: P::Of<ScalingPolicyArn>,
    /// The alarms that AWS keeps for the policy.
    pub alarms: P::Of<Vec<AlarmName>>,
}

impl Resource for ScalingPolicy {
    const KIND: &'static str = "autoscaling_policy";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(ScalingPolicy: name, target);
    const DELETED_WITH: &'static [&'static str] = fields!(ScalingPolicy: target);
    /// Two policies for one metric, or of one name, cannot exist at once.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = ScalingPolicy<Resolved>;
    type Outputs<P: Phase> = ScalingPolicyOutputs<P>;

    /// Returns the charges for the alarms that AWS keeps for target tracking: one above the value, and one below it unless it never
    /// scales in.
    fn billing(&self) -> Billing {
        match &self.rule {
            ScalingRule::TargetTracking(tracking) => {
                let item = if tracking.metric.is_high_resolution() { "high_resolution" } else { "standard" };
                let metrics = f64::from(u32::try_from(tracking.metric.metrics()).unwrap_or(u32::MAX));
                let alarms = if tracking.disable_scale_in { 1.0 } else { 2.0 };
                Billing::Charges(vec![Charge::monthly(format!("cloudwatch.alarm.{item}"), alarms * metrics)])
            }
            ScalingRule::Step(_) => Billing::free("AWS bills no scaling policy, and its alarms are declared apart"),
        }
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(message) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", message);
        }
        self.rule.validate(problems);
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        let mut known: Map<_, _> = known_id(&self.target, POLICY_INFIX, self.name.as_deref()).into_iter().collect();
        // AWS keeps alarms for target tracking only.
        if let ScalingRule::Step(_) = self.rule {
            known.insert("alarms".to_owned(), Value::Array(Vec::new()));
        }
        known
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        name_conflicts(all, |policy| (policy.name.as_deref(), &policy.target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::autoscaling::PredefinedMetric;

    #[test]
    fn target_tracking_bills_its_alarms() {
        let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
        for (disable_scale_in, alarms) in [(false, 2.0), (true, 1.0)] {
            let tracking = TargetTracking { disable_scale_in, ..TargetTracking::predefined(metric, 70.0) };
            let policy = ScalingPolicy::tracking("endpoint/llm/variant/v", tracking);
            let expected = Billing::Charges(vec![Charge::monthly("cloudwatch.alarm.standard", alarms)]);
            assert_eq!(policy.billing(), expected);
        }
    }

    #[test]
    fn invalid_policies_are_refused() {
        let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
        let policy = |name: &str, value: f64| ScalingPolicy {
            name: Some(name.to_owned()),
            ..ScalingPolicy::tracking("endpoint/llm/variant/v", TargetTracking::predefined(metric, value))
        };
        for (policy, fields) in [(policy("busy", 70.0), vec![]), (policy("a:b", 0.0), vec!["name", "rule.value"])] {
            let mut problems = Problems::new();
            policy.validate(&mut problems);
            assert_eq!(problems.fields(), fields);
        }
    }
}
