//! Scaling policies.

use aws_sdk_applicationautoscaling::operation::put_scaling_policy::builders::PutScalingPolicyFluentBuilder;
use aws_sdk_applicationautoscaling::types::{
    AdjustmentType, CustomizedMetricSpecification, MetricAggregationType, MetricStatistic, MetricType, PolicyType,
    PredefinedMetricSpecification, ScalingPolicy, StepAdjustment, StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration,
};

use super::{INSTANCES, RESOURCE, SAGEMAKER, Scaling};
use crate::sagemaker::{invalid, says};
use crate::support::code;

impl Scaling {
    fn put(&self, name: &str, kind: PolicyType) -> PutScalingPolicyFluentBuilder {
        let call = self.client.put_scaling_policy().service_namespace(SAGEMAKER).resource_id(RESOURCE);
        call.scalable_dimension(INSTANCES).policy_name(name).policy_type(kind)
    }

    async fn policies(&self) -> Vec<ScalingPolicy> {
        let found = self.client.describe_scaling_policies().service_namespace(SAGEMAKER).send().await.unwrap();
        found.scaling_policies().to_vec()
    }
}

fn tracking(metric: MetricType, value: f64) -> TargetTrackingScalingPolicyConfiguration {
    TargetTrackingScalingPolicyConfiguration::builder()
        .predefined_metric_specification(
            PredefinedMetricSpecification::builder().predefined_metric_type(metric).build().unwrap(),
        )
        .target_value(value)
        .scale_in_cooldown(300)
        .build()
        .unwrap()
}

fn invocations(value: f64) -> TargetTrackingScalingPolicyConfiguration {
    tracking(MetricType::SageMakerVariantInvocationsPerInstance, value)
}

fn steps() -> StepScalingPolicyConfiguration {
    let step = StepAdjustment::builder().metric_interval_lower_bound(0.0).scaling_adjustment(1).build().unwrap();
    StepScalingPolicyConfiguration::builder()
        .adjustment_type(AdjustmentType::ChangeInCapacity)
        .step_adjustments(step)
        .cooldown(60)
        .build()
}

#[tokio::test]
async fn target_tracking_makes_alarms_that_stay() {
    let scaling = Scaling::registered().await;
    let put = |value: f64| {
        scaling
            .put("load", PolicyType::TargetTrackingScaling)
            .target_tracking_scaling_policy_configuration(invocations(value))
    };
    let made = put(70.0).send().await.unwrap();
    says(made.policy_arn(), ":resource/sagemaker/endpoint/e/variant/main:policyName/load");
    let names: Vec<_> = made.alarms().iter().map(|alarm| alarm.alarm_name()).collect();
    says(names[0], "TargetTracking-endpoint/e/variant/main-AlarmHigh-");
    says(names[1], "TargetTracking-endpoint/e/variant/main-AlarmLow-");
    let before = scaling.policies().await.remove(0);
    let changed = put(90.0).send().await.unwrap();
    assert_eq!((changed.policy_arn(), changed.alarms()), (made.policy_arn(), made.alarms()));
    let after = scaling.policies().await.remove(0);
    assert_eq!(after.target_tracking_scaling_policy_configuration(), Some(&invocations(90.0)));
    assert_eq!(after.creation_time(), before.creation_time());
    let other = scaling.put("other", PolicyType::TargetTrackingScaling);
    let same = other.target_tracking_scaling_policy_configuration(invocations(70.0)).send().await;
    says(&invalid(same), "Only one TargetTrackingScaling policy for a given metric");
    let step = scaling.put("load", PolicyType::StepScaling).step_scaling_policy_configuration(steps());
    says(&invalid(step.send().await), "cannot be changed");
}

#[tokio::test]
async fn step_scaling_comes_back_as_it_was_sent() {
    let scaling = Scaling::registered().await;
    let put = || scaling.put("wake", PolicyType::StepScaling);
    says(&invalid(put().send().await), "needs a StepScalingPolicyConfiguration");
    let made = put().step_scaling_policy_configuration(steps()).send().await.unwrap();
    assert!(made.alarms().is_empty());
    let found = scaling.policies().await.remove(0);
    let shown = found.step_scaling_policy_configuration().unwrap();
    assert_eq!(shown.step_adjustments(), steps().step_adjustments());
    assert_eq!(shown.metric_aggregation_type(), Some(&MetricAggregationType::Average));
    let gap = StepScalingPolicyConfiguration::builder()
        .adjustment_type(AdjustmentType::ChangeInCapacity)
        .step_adjustments(
            StepAdjustment::builder()
                .metric_interval_lower_bound(0.0)
                .metric_interval_upper_bound(5.0)
                .scaling_adjustment(1)
                .build()
                .unwrap(),
        )
        .build();
    says(&invalid(put().step_scaling_policy_configuration(gap).send().await), "without an upper bound");
}

#[tokio::test]
async fn metrics_are_checked() {
    let scaling = Scaling::registered().await;
    let put = |configuration: TargetTrackingScalingPolicyConfiguration| {
        let call = scaling.put("p", PolicyType::TargetTrackingScaling);
        call.target_tracking_scaling_policy_configuration(configuration)
    };
    let foreign = tracking(MetricType::EcsServiceAverageCpuUtilization, 70.0);
    says(&invalid(put(foreign).send().await), "is not one of the dimension");
    let of_components = tracking(MetricType::SageMakerInferenceComponentInvocationsPerCopy, 70.0);
    says(&invalid(put(of_components).send().await), "is not one of the dimension");
    says(&invalid(put(invocations(0.0)).send().await), "TargetValue");
    let build = TargetTrackingScalingPolicyConfiguration::builder().target_value(1.0);
    says(&invalid(put(build.clone().build().unwrap()).send().await), "exactly one of");
    let custom = CustomizedMetricSpecification::builder().metric_name("Backlog").namespace("AWS/SageMaker");
    let no_statistic = build.clone().customized_metric_specification(custom.clone().build()).build().unwrap();
    says(&invalid(put(no_statistic).send().await), "needs a Statistic");
    let whole = custom.statistic(MetricStatistic::Average).build();
    put(build.disable_scale_in(true).customized_metric_specification(whole.clone()).build().unwrap())
        .send()
        .await
        .unwrap();
    let found = scaling.policies().await.remove(0);
    let shown = found.target_tracking_scaling_policy_configuration().unwrap();
    assert_eq!(shown.customized_metric_specification(), Some(&whole));
    assert_eq!(found.alarms().len(), 1, "without scaling in there is no low alarm");
    let predictive = scaling.put("q", PolicyType::PredictiveScaling).send().await;
    says(&invalid(predictive), "not supported");
}

#[tokio::test]
async fn policies_need_a_target_and_go_with_it() {
    let scaling = Scaling::new().await;
    let put = |name: &str| scaling.put(name, PolicyType::StepScaling).step_scaling_policy_configuration(steps());
    assert_eq!(code(put("p").send().await), "ObjectNotFoundException");
    scaling.register(RESOURCE).min_capacity(1).max_capacity(4).send().await.unwrap();
    put("p").send().await.unwrap();
    let delete = || {
        let call = scaling.client.delete_scaling_policy().service_namespace(SAGEMAKER).resource_id(RESOURCE);
        call.scalable_dimension(INSTANCES).policy_name("p")
    };
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await), "ObjectNotFoundException");
    put("p").send().await.unwrap();
    let deregister = scaling.client.deregister_scalable_target().service_namespace(SAGEMAKER);
    deregister.resource_id(RESOURCE).scalable_dimension(INSTANCES).send().await.unwrap();
    scaling.register(RESOURCE).min_capacity(1).max_capacity(4).send().await.unwrap();
    assert!(scaling.policies().await.is_empty());
    for index in 0..11 {
        put(&format!("p{index:02}")).send().await.unwrap();
    }
    assert_eq!(scaling.policies().await.len(), 10, "a page of policies has ten");
    let named = scaling.client.describe_scaling_policies().service_namespace(SAGEMAKER).policy_names("p10");
    assert_eq!(named.send().await.unwrap().scaling_policies().len(), 1);
}
