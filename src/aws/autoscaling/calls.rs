//! The calls that several kinds of Application Auto Scaling share.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{
    ScalableTarget, ScalableTargetAction, ScalingPolicy, ScheduledAction, ServiceNamespace, SuspendedState,
};
use jiff::Timestamp;

use super::dimension::dimension_of;
use super::schedule::Timetable;
use super::{ScalingRule, Suspended};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};

/// The target of a resource, if it is registered.
pub(super) async fn target(context: &Context, resource: &str) -> Result<Option<ScalableTarget>, Error> {
    let found = context
        .aws
        .applicationautoscaling()
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_ids(resource)
        .send()
        .await
        .named("application-autoscaling:DescribeScalableTargets")?;
    Ok(found.scalable_targets().iter().find(|target| target.resource_id() == resource).cloned())
}

/// All tags of a target; none if it is gone.
pub(super) async fn target_tags(context: &Context, target: &ScalableTarget) -> Result<BTreeMap<String, String>, Error> {
    let Some(arn) = target.scalable_target_arn() else { return Ok(BTreeMap::new()) };
    let list = context.aws.applicationautoscaling().list_tags_for_resource().resource_arn(arn);
    let found = list.send().await.named("application-autoscaling:ListTagsForResource").optional()?;
    let tags = found.and_then(|found| found.tags().cloned()).unwrap_or_default();
    Ok(tags.into_iter().collect())
}

/// Whether the target of a resource belongs to this stack, so that what is named under it does too.
pub(super) async fn is_of_this_stack(context: &Context, resource: &str) -> Result<bool, Error> {
    let Some(target) = target(context, resource).await? else { return Ok(false) };
    let tags = target_tags(context, &target).await?;
    let scope = context.scope();
    Ok(tags.get("ebb:stack") == Some(&scope.stack) && tags.get("ebb:environment") == Some(&scope.environment))
}

/// Registers a target, or changes one that is registered; tags only with the first.
pub(super) async fn register(
    context: &Context,
    resource: &str,
    (min, max): (u32, u32),
    suspended: Suspended,
    tags: Option<BTreeMap<String, String>>,
) -> Result<(), Error> {
    let state = SuspendedState::builder()
        .dynamic_scaling_in_suspended(suspended.scale_in)
        .dynamic_scaling_out_suspended(suspended.scale_out)
        .scheduled_scaling_suspended(suspended.scheduled)
        .build();
    context
        .aws
        .applicationautoscaling()
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .min_capacity(signed(min))
        .max_capacity(signed(max))
        .suspended_state(state)
        .set_tags(tags.map(|tags| tags.into_iter().collect()))
        .send()
        .await
        .named("application-autoscaling:RegisterScalableTarget")
        .map(drop)
}

/// Takes a target off, with its policies and scheduled actions; that it is off already is a success.
pub(super) async fn deregister(context: &Context, resource: &str) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .deregister_scalable_target()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .send()
        .await
        .named("application-autoscaling:DeregisterScalableTarget")
        .optional()
        .map(drop)
}

/// The policies of a resource, or the one of a name.
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
        .scalable_dimension(dimension_of(resource))
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
    let rule = rule.to_sdk()?;
    context
        .aws
        .applicationautoscaling()
        .put_scaling_policy()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .policy_name(name)
        .policy_type(rule.kind)
        .set_target_tracking_scaling_policy_configuration(rule.tracking)
        .set_step_scaling_policy_configuration(rule.step)
        .send()
        .await
        .named("application-autoscaling:PutScalingPolicy")
        .map(drop)
}

/// Deletes a policy; that it is gone already is a success.
pub(super) async fn delete_policy(context: &Context, resource: &str, name: &str) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .delete_scaling_policy()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .policy_name(name)
        .send()
        .await
        .named("application-autoscaling:DeleteScalingPolicy")
        .optional()
        .map(drop)
}

/// The scheduled actions of a resource, or the one of a name.
pub(super) async fn actions(
    context: &Context,
    resource: &str,
    name: Option<&str>,
) -> Result<Vec<ScheduledAction>, Error> {
    let mut pages = context
        .aws
        .applicationautoscaling()
        .describe_scheduled_actions()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .set_scheduled_action_names(name.map(|name| vec![name.to_owned()]))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(action) = pages.next().await {
        found.push(action.named("application-autoscaling:DescribeScheduledActions")?);
    }
    found.retain(|action| {
        action.resource_id() == resource && name.is_none_or(|name| action.scheduled_action_name() == name)
    });
    Ok(found)
}

/// Creates a scheduled action, or replaces the one of the same name.
pub(super) async fn put_action(context: &Context, resource: &str, name: &str, when: &Timetable) -> Result<(), Error> {
    let action = ScalableTargetAction::builder()
        .set_min_capacity(when.min.map(signed))
        .set_max_capacity(when.max.map(signed))
        .build();
    let instant = |instant: Timestamp| DateTime::from_secs(instant.as_second());
    context
        .aws
        .applicationautoscaling()
        .put_scheduled_action()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension_of(resource))
        .resource_id(resource)
        .scheduled_action_name(name)
        .schedule(&when.schedule)
        .timezone(&when.zone)
        .scalable_target_action(action)
        .set_start_time(when.start.map(instant))
        .set_end_time(when.end.map(instant))
        .send()
        .await
        .named("application-autoscaling:PutScheduledAction")
        .map(drop)
}

/// When an action happens and what it does, as AWS has it.
pub(super) fn timetable(action: &ScheduledAction) -> Timetable {
    let change = action.scalable_target_action();
    let instant = |instant: &DateTime| Timestamp::from_second(instant.secs()).ok();
    Timetable {
        schedule: action.schedule().to_owned(),
        zone: action.timezone().filter(|zone| !zone.is_empty()).unwrap_or("UTC").to_owned(),
        min: change.and_then(ScalableTargetAction::min_capacity).map(unsigned),
        max: change.and_then(ScalableTargetAction::max_capacity).map(unsigned),
        start: action.start_time().and_then(instant),
        end: action.end_time().and_then(instant),
    }
}

pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
