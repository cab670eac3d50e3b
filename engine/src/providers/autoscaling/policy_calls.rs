//! The calls about scaling policies.

use aws_sdk_applicationautoscaling::types::{ScalingPolicy, ServiceNamespace};

use super::rule::rule_to_sdk;
use super::target_calls::{dimension, passes_soon};
use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::aws::autoscaling::ScalingRule;

/// Returns the policies of a resource, or only the one with the given name.
pub(super) async fn policies(
    context: &Context,
    resource: &str,
    name: Option<&str>,
) -> Result<Vec<ScalingPolicy>, Error> {
    let mut pages = context
        .aws
        .applicationautoscaling()
        .describe_scaling_policies()
        .service_namespace(ServiceNamespace::Sagemaker)
        .resource_id(resource)
        .set_policy_names(name.map(|name| vec![name.to_owned()]))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(policy) = pages.next().await {
        found.push(policy.named("application-autoscaling:DescribeScalingPolicies")?);
    }
    found.retain(|policy| policy.resource_id() == resource && name.is_none_or(|name| policy.policy_name() == name));
    Ok(found)
}

/// Creates a policy, or replaces the one of the same name.
pub(super) async fn put_policy(context: &Context, resource: &str, name: &str, rule: &ScalingRule) -> Result<(), Error> {
    let rule = rule_to_sdk(rule)?;
    context
        .aws
        .applicationautoscaling()
        .put_scaling_policy()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension(context, resource).await?)
        .resource_id(resource)
        .policy_name(name)
        .policy_type(rule.kind)
        .set_target_tracking_scaling_policy_configuration(rule.tracking)
        .set_step_scaling_policy_configuration(rule.step)
        .send()
        .await
        .named("application-autoscaling:PutScalingPolicy")
        .map(drop)
        .map_err(passes_soon)
}

/// Deletes a policy; a missing policy is a success.
pub(super) async fn delete_policy(context: &Context, resource: &str, name: &str) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .delete_scaling_policy()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension(context, resource).await?)
        .resource_id(resource)
        .policy_name(name)
        .send()
        .await
        .named("application-autoscaling:DeleteScalingPolicy")
        .optional()
        .map(drop)
}
