//! The rule of a scaling policy: target tracking or steps.

use crate::resource::Problems;
use aws_sdk_applicationautoscaling::types::{
    PolicyType, PredefinedMetricSpecification, ScalingPolicy, TargetTrackingScalingPolicyConfiguration,
};
use serde::{Deserialize, Serialize};

use super::metric::{custom_from_sdk, math_to_sdk};
use super::{PredefinedMetric, StepScaling, TargetMetric};
use crate::engine::sdk::{Error, built};

/// The rule of a scaling policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingRule {
    /// Keeps a metric at a value; AWS makes and keeps the alarms.
    TargetTracking(TargetTracking),
    /// Adds and takes capacity by steps, set off by an alarm.
    Step(StepScaling),
}

/// Target tracking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetTracking {
    /// The metric.
    pub metric: TargetMetric,
    /// The value that it is kept at, in the metric's unit.
    pub value: f64,
    /// How long capacity is not taken again, in seconds; as AWS chooses unless given.
    #[serde(default)]
    pub scale_in_cooldown_seconds: Option<u32>,
    /// How long capacity is not added again, in seconds; as AWS chooses unless given.
    #[serde(default)]
    pub scale_out_cooldown_seconds: Option<u32>,
    /// Whether capacity is only ever added.
    #[serde(default)]
    pub disable_scale_in: bool,
}

impl TargetTracking {
    /// Keeps a metric that AWS defines at a value.
    pub fn predefined(metric: PredefinedMetric, value: f64) -> Self {
        Self {
            metric: TargetMetric::Predefined(metric),
            value,
            scale_in_cooldown_seconds: None,
            scale_out_cooldown_seconds: None,
            disable_scale_in: false,
        }
    }

    fn validate(&self, problems: &mut Problems) {
        if !self.value.is_finite() || self.value <= 0.0 {
            problems.refuse("rule.value", format!("a metric cannot be kept at {}", self.value));
        }
        for (name, seconds) in [
            ("scale_in_cooldown_seconds", self.scale_in_cooldown_seconds),
            ("scale_out_cooldown_seconds", self.scale_out_cooldown_seconds),
        ] {
            if seconds.is_some_and(|seconds| seconds > 3600) {
                problems.refuse(format!("rule.{name}"), "AWS takes 0 to 3600 seconds");
            }
        }
        if let TargetMetric::Math(queries) = &self.metric {
            if queries.iter().filter(|query| query.return_data).count() != 1 {
                problems.refuse("rule.metric", "exactly one query is the result");
            }
            if queries.iter().any(|query| query.expression.is_some() == query.metric.is_some()) {
                problems.refuse("rule.metric", "a query is either an expression or a metric");
            }
        }
    }

    fn to_sdk(&self) -> Result<TargetTrackingScalingPolicyConfiguration, Error> {
        let seconds = |seconds: Option<u32>| seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
        let configuration = TargetTrackingScalingPolicyConfiguration::builder()
            .target_value(self.value)
            .set_scale_in_cooldown(seconds(self.scale_in_cooldown_seconds))
            .set_scale_out_cooldown(seconds(self.scale_out_cooldown_seconds))
            .disable_scale_in(self.disable_scale_in);
        let configuration = match &self.metric {
            TargetMetric::Predefined(metric) => {
                let predefined = PredefinedMetricSpecification::builder().predefined_metric_type(metric.to_sdk());
                configuration.predefined_metric_specification(built(predefined.build())?)
            }
            TargetMetric::Custom(metric) => configuration.customized_metric_specification(metric.to_sdk()?),
            TargetMetric::Math(queries) => configuration.customized_metric_specification(math_to_sdk(queries)?),
        };
        built(configuration.build())
    }

    fn from_sdk(tracking: &TargetTrackingScalingPolicyConfiguration) -> Option<Self> {
        let metric = match (tracking.predefined_metric_specification(), tracking.customized_metric_specification()) {
            (Some(predefined), _) => {
                TargetMetric::Predefined(PredefinedMetric::from_sdk(predefined.predefined_metric_type())?)
            }
            (None, Some(custom)) => custom_from_sdk(custom),
            (None, None) => return None,
        };
        let seconds = |seconds: Option<i32>| seconds.and_then(|seconds| u32::try_from(seconds).ok());
        Some(Self {
            metric,
            value: tracking.target_value(),
            scale_in_cooldown_seconds: seconds(tracking.scale_in_cooldown()),
            scale_out_cooldown_seconds: seconds(tracking.scale_out_cooldown()),
            disable_scale_in: tracking.disable_scale_in().unwrap_or(false),
        })
    }
}

/// A rule as AWS takes it: its type, and one of the two configurations.
pub(super) struct SdkRule {
    pub(super) kind: PolicyType,
    pub(super) tracking: Option<TargetTrackingScalingPolicyConfiguration>,
    pub(super) step: Option<aws_sdk_applicationautoscaling::types::StepScalingPolicyConfiguration>,
}

impl ScalingRule {
    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        match self {
            Self::TargetTracking(tracking) => tracking.validate(problems),
            Self::Step(step) => step.validate(problems),
        }
    }

    pub(super) fn to_sdk(&self) -> Result<SdkRule, Error> {
        Ok(match self {
            Self::TargetTracking(tracking) => {
                SdkRule { kind: PolicyType::TargetTrackingScaling, tracking: Some(tracking.to_sdk()?), step: None }
            }
            Self::Step(step) => SdkRule { kind: PolicyType::StepScaling, tracking: None, step: Some(step.to_sdk()?) },
        })
    }

    /// The rule of a policy; none if it is of a sort that SageMaker does not take.
    pub(super) fn from_sdk(policy: &ScalingPolicy) -> Option<Self> {
        if let Some(tracking) = policy.target_tracking_scaling_policy_configuration() {
            return TargetTracking::from_sdk(tracking).map(Self::TargetTracking);
        }
        policy.step_scaling_policy_configuration().map(|step| Self::Step(StepScaling::from_sdk(step)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_applicationautoscaling::primitives::DateTime;
    use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};

    use super::*;
    use crate::aws::autoscaling::{
        Adjustment, Aggregation, CustomMetric, MathQuery, MathStatistic, MetricStatistic, Step,
    };

    fn rules() -> Vec<ScalingRule> {
        let tracking = TargetTracking {
            scale_in_cooldown_seconds: Some(300),
            scale_out_cooldown_seconds: Some(60),
            ..TargetTracking::predefined(PredefinedMetric::SageMakerVariantInvocationsPerInstance, 70.0)
        };
        let dimensions = BTreeMap::from([("EndpointName".to_owned(), "llm".to_owned())]);
        let custom = CustomMetric {
            namespace: "AWS/SageMaker".into(),
            name: "ApproximateBacklogSizePerInstance".into(),
            dimensions: dimensions.clone(),
            statistic: MetricStatistic::Average,
            unit: Some("Count".into()),
        };
        let queries = vec![
            MathQuery {
                id: "backlog".into(),
                expression: None,
                metric: Some(MathStatistic {
                    namespace: "AWS/SageMaker".into(),
                    name: "ApproximateBacklogSize".into(),
                    dimensions,
                    statistic: "Sum".into(),
                    unit: None,
                }),
                label: None,
                return_data: false,
            },
            MathQuery {
                id: "half".into(),
                expression: Some("backlog / 2".into()),
                metric: None,
                label: Some("Half".into()),
                return_data: true,
            },
        ];
        let step = StepScaling {
            adjustment: Adjustment::Percent,
            steps: vec![
                Step { lower: None, upper: Some(0.0), by: -10 },
                Step { lower: Some(0.0), upper: None, by: 20 },
            ],
            cooldown_seconds: Some(120),
            aggregation: Aggregation::Maximum,
            least_change: Some(1),
        };
        let with = |metric: TargetMetric| ScalingRule::TargetTracking(TargetTracking { metric, ..tracking.clone() });
        vec![
            ScalingRule::TargetTracking(tracking.clone()),
            with(TargetMetric::Custom(custom)),
            with(TargetMetric::Math(queries)),
            ScalingRule::Step(step),
        ]
    }

    #[test]
    fn rules_read_back_as_they_were_sent_and_none_is_refused() {
        for rule in rules() {
            let SdkRule { kind, tracking, step } = rule.to_sdk().unwrap();
            let policy = ScalingPolicy::builder()
                .policy_arn("arn")
                .policy_name("name")
                .service_namespace(ServiceNamespace::Sagemaker)
                .resource_id("endpoint/llm/variant/v")
                .scalable_dimension(ScalableDimension::SageMakerVariantDesiredInstanceCount)
                .policy_type(kind)
                .set_target_tracking_scaling_policy_configuration(tracking)
                .set_step_scaling_policy_configuration(step)
                .creation_time(DateTime::from_secs(0))
                .build()
                .unwrap();
            assert_eq!(ScalingRule::from_sdk(&policy), Some(rule.clone()));
            let mut problems = Problems::new();
            rule.validate(&mut problems);
            assert_eq!(problems, [], "{rule:?}");
        }
    }

    #[test]
    fn steps_must_join_and_values_be_positive() {
        let ScalingRule::Step(mut step) = rules().remove(3) else { panic!("steps come last") };
        step.steps[1].lower = Some(5.0);
        step.adjustment = Adjustment::Exact;
        let mut problems = Problems::new();
        ScalingRule::Step(step).validate(&mut problems);
        assert_eq!(problems.len(), 2, "{problems:?}");
        let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
        ScalingRule::TargetTracking(TargetTracking::predefined(metric, 0.0)).validate(&mut problems);
        assert_eq!(problems.len(), 3);
    }
}
