//! Resources of auto scaling whose address changes while their name stays.

use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, ScheduledAction, TargetTracking};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};

use crate::fixture::{Project, scope};

/// Declares an endpoint with a capacity of 1 to 4, a policy and a scheduled action.
pub fn scaled(address: &str) -> Declarations {
    scaled_within(address, (1, 4))
}

/// Declares the same with other capacities.
pub fn scaled_within(address: &str, capacities: (u32, u32)) -> Declarations {
    let mut stack = Stack::new(scope(), Default::default());
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let model = stack.add("llm", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
    let variant = Variant::on_instances("v", &model.name, Instances::new("ml.g5.xlarge", 1));
    let config = stack.add("llm", EndpointConfig::new(variant));
    let endpoint = stack.add("llm", Endpoint::new("llm", &config.name));
    let target = stack.add("llm", ScalableTarget::variant(&endpoint.name, "v", capacities));
    let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
    let policy = ScalingPolicy::tracking(&target.resource, TargetTracking::predefined(metric, 70.0));
    stack.add(address, ScalingPolicy { name: Some("busy".into()), ..policy });
    let action = ScheduledAction::new(&target.resource, "cron(0 18 ? * MON-FRI *)", (1, 1));
    stack.add(address, ScheduledAction { name: Some("night".into()), ..action });
    stack.finish().unwrap()
}

#[tokio::test]
async fn a_named_policy_and_action_move_to_another_address_in_one_apply() {
    let mut project = Project::new(scaled("old"));
    project.run(Target::Running).await;
    project.declarations = scaled("new");
    project.run(Target::Running).await;
    let aws = Project::aws(&project.cloud());
    let client = aws.applicationautoscaling();
    let namespace = || aws_sdk_applicationautoscaling::types::ServiceNamespace::Sagemaker;
    let policies = client.describe_scaling_policies().service_namespace(namespace()).send().await.unwrap();
    let actions = client.describe_scheduled_actions().service_namespace(namespace()).send().await.unwrap();
    let policies: Vec<_> = policies.scaling_policies().iter().map(|policy| policy.policy_name()).collect();
    let actions: Vec<_> = actions.scheduled_actions().iter().map(|action| action.scheduled_action_name()).collect();
    assert_eq!((policies, actions), (vec!["busy"], vec!["night"]));
    assert!(project.plan(Target::Running).await.operations.is_empty());
}
