//! The conversion of a scaling policy's rule to the SDK's types and back.

use aws_sdk_applicationautoscaling::types::{
    PolicyType, PredefinedMetricSpecification, ScalingPolicy, StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration,
};

use super::metric::{
    custom_metric_to_sdk, predefined_metric_to_sdk, queries_to_sdk, read_customized_metric, read_predefined_metric,
};
use super::step::{read_step_scaling, step_scaling_to_sdk};
use crate::providers::numbers::signed;
use crate::sdk::{Error, built};
use ebbtide::aws::autoscaling::{ScalingRule, TargetMetric, TargetTracking};

/// A rule as the SDK takes it: the type of the policy and one of the two configurations.
pub(super) struct SdkRule {
    pub(super) kind: PolicyType,
    pub(super) tracking: Option<TargetTrackingScalingPolicyConfiguration>,
    pub(super) step: Option<StepScalingPolicyConfiguration>,
}

/// Returns a rule as the SDK takes it.
pub(super) fn rule_to_sdk(rule: &ScalingRule) -> Result<SdkRule, Error> {
    Ok(match rule {
        ScalingRule::TargetTracking(tracking) => SdkRule {
            kind: PolicyType::TargetTrackingScaling,
            tracking: Some(target_tracking_to_sdk(tracking)?),
            step: None,
        },
        ScalingRule::Step(step) => {
            SdkRule { kind: PolicyType::StepScaling, tracking: None, step: Some(step_scaling_to_sdk(step)?) }
        }
    })
}

/// Reads the rule of a policy; `None` if it is of a type that SageMaker does not support.
pub(super) fn read_rule(policy: &ScalingPolicy) -> Option<ScalingRule> {
    if let Some(tracking) = policy.target_tracking_scaling_policy_configuration() {
        return read_target_tracking(tracking).map(ScalingRule::TargetTracking);
    }
    policy.step_scaling_policy_configuration().map(|step| ScalingRule::Step(read_step_scaling(step)))
}

fn target_tracking_to_sdk(tracking: &TargetTracking) -> Result<TargetTrackingScalingPolicyConfiguration, Error> {
    let configuration = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(tracking.value)
        .set_scale_in_cooldown(tracking.scale_in_cooldown_seconds.map(signed))
        .set_scale_out_cooldown(tracking.scale_out_cooldown_seconds.map(signed))
        .disable_scale_in(tracking.disable_scale_in);
    let configuration = match &tracking.metric {
        TargetMetric::Predefined(metric) => {
            let metric = predefined_metric_to_sdk(*metric);
            let predefined = PredefinedMetricSpecification::builder().predefined_metric_type(metric);
            configuration.predefined_metric_specification(built(predefined.build())?)
        }
        TargetMetric::Custom(metric) => configuration.customized_metric_specification(custom_metric_to_sdk(metric)?),
        TargetMetric::Math(queries) => configuration.customized_metric_specification(queries_to_sdk(queries)?),
    };
    built(configuration.build())
}

fn read_target_tracking(tracking: &TargetTrackingScalingPolicyConfiguration) -> Option<TargetTracking> {
    let metric = match (tracking.predefined_metric_specification(), tracking.customized_metric_specification()) {
        (Some(predefined), _) => TargetMetric::Predefined(read_predefined_metric(predefined.predefined_metric_type())?),
        (None, Some(custom)) => read_customized_metric(custom),
        (None, None) => return None,
    };
    let seconds = |seconds: Option<i32>| seconds.and_then(|seconds| u32::try_from(seconds).ok());
    Some(TargetTracking {
        metric,
        value: tracking.target_value(),
        scale_in_cooldown_seconds: seconds(tracking.scale_in_cooldown()),
        scale_out_cooldown_seconds: seconds(tracking.scale_out_cooldown()),
        disable_scale_in: tracking.disable_scale_in().unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_applicationautoscaling::primitives::DateTime;
    use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};

    use super::*;
    use ebbtide::aws::autoscaling::{
        Adjustment, Aggregation, CustomMetric, MathQuery, MathStatistic, MetricStatistic, PredefinedMetric,
        ScalingPolicy as Declaration, Step, StepScaling,
    };
    use ebbtide::resource::{Problems, Resource as _};

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
            let SdkRule { kind, tracking, step } = rule_to_sdk(&rule).unwrap();
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
            assert_eq!(read_rule(&policy), Some(rule.clone()));
            let mut problems = Problems::new();
            let target = "endpoint/llm/variant/v".into();
            Declaration { name: None, target, rule: rule.clone() }.validate(&mut problems);
            assert!(problems.is_empty(), "{rule:?}: {problems:?}");
        }
    }
}
