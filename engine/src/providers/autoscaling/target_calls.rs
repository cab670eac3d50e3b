//! The calls about scalable targets, which every kind of Application Auto Scaling makes.

use std::time::Duration;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget, ServiceNamespace, SuspendedState};

use super::dimension::usual_dimension;
use crate::providers::numbers::signed;
use crate::sdk::{Aws, CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::autoscaling::Suspended;
use ebbtide::resource::{Tags, tag_changes};

/// Returns the target of a resource, if one is registered.
pub(super) async fn target(context: &Context, resource: &str) -> Result<Option<ScalableTarget>, Error> {
    let found = context
        .aws
        .applicationautoscaling()
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Sagemaker)
        .resource_ids(resource)
        .send()
        .await
        .named("application-autoscaling:DescribeScalableTargets")?;
    Ok(found.scalable_targets().iter().find(|target| target.resource_id() == resource).cloned())
}

/// The number of resources that one call may name (API reference, DescribeScalableTargets: "Maximum number of 50 items").
const MOST_RESOURCES: usize = 50;

/// Returns the targets of resources, as far as they are registered.
pub(super) async fn targets(aws: &Aws, resources: &[&str]) -> Result<Vec<ScalableTarget>, Error> {
    let mut targets = Vec::new();
    for some in resources.chunks(MOST_RESOURCES) {
        let names = some.iter().map(|name| (*name).to_owned()).collect();
        let call = aws.applicationautoscaling().describe_scalable_targets();
        let call = call.service_namespace(ServiceNamespace::Sagemaker).set_resource_ids(Some(names));
        let found = call.send().await.named("application-autoscaling:DescribeScalableTargets")?;
        targets.extend(found.scalable_targets.unwrap_or_default());
    }
    Ok(targets)
}

/// Returns the dimension in which a resource is scaled. The id of a variant does not tell whether it is serverless: its
/// target does.
pub(super) async fn dimension(context: &Context, resource: &str) -> Result<ScalableDimension, Error> {
    let usual = usual_dimension(resource);
    if usual != ScalableDimension::SageMakerVariantDesiredInstanceCount {
        return Ok(usual);
    }
    Ok(target(context, resource).await?.map_or(usual, |target| target.scalable_dimension().clone()))
}

/// Returns the ARN of a target.
pub(super) fn target_arn(target: &ScalableTarget) -> Result<&str, Error> {
    required(target.scalable_target_arn(), "ScalableTargetARN")
}

/// Returns all tags of a target, ownership tags included; none if the target no longer exists.
pub(super) async fn target_tags(context: &Context, target: &ScalableTarget) -> Result<Tags, Error> {
    let list = context.aws.applicationautoscaling().list_tags_for_resource().resource_arn(target_arn(target)?);
    let found = list.send().await.named("application-autoscaling:ListTagsForResource").optional()?;
    let tags = found.and_then(|found| found.tags).unwrap_or_default();
    Ok(tags.into_iter().collect())
}

/// Brings the tags of a resource's target from one state to another.
pub(super) async fn update_tags(context: &Context, resource: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    if set.is_empty() && removed.is_empty() {
        return Ok(());
    }
    let Some(target) = target(context, resource).await? else { return Ok(()) };
    let (client, arn) = (context.aws.applicationautoscaling(), target_arn(&target)?);
    if !set.is_empty() {
        let tag = client.tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
        tag.send().await.named("application-autoscaling:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = client.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        untag.send().await.named("application-autoscaling:UntagResource")?;
    }
    Ok(())
}

/// Returns whether the target of a resource belongs to this stack. Policies and scheduled actions have no tags: they
/// belong to the stack that their target belongs to.
pub(super) async fn is_of_this_stack(context: &Context, resource: &str) -> Result<bool, Error> {
    let Some(target) = target(context, resource).await? else { return Ok(false) };
    let tags = target_tags(context, &target).await?;
    Ok(context.identity.owns_any_address(&tags))
}

/// The settings of a target; those that are none stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    pub(super) suspended: Option<Suspended>,
}

/// Registers a target, or changes a registered one. AWS accepts tags only with the registration.
pub(super) async fn register(
    context: &Context,
    resource: &str,
    dimension: ScalableDimension,
    settings: Settings,
    tags: Option<Tags>,
) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension)
        .resource_id(resource)
        .set_min_capacity(settings.min.map(signed))
        .set_max_capacity(settings.max.map(signed))
        .set_suspended_state(settings.suspended.map(suspended_to_sdk))
        .set_tags(tags.map(|tags| tags.into_iter().collect()))
        .send()
        .await
        .named("application-autoscaling:RegisterScalableTarget")
        .map(drop)
        .map_err(passes_soon)
}

/// Limits the retries of a failure that a new role, or a limit on calls behind this service, explains only for a while.
pub(super) fn passes_soon(error: Error) -> Error {
    if error.kind == ErrorKind::NotYet { error.retry_within(Duration::from_mins(2)) } else { error }
}

/// Deregisters a target, which deletes its policies and scheduled actions; a missing target is a success.
pub(super) async fn deregister(context: &Context, resource: &str) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .deregister_scalable_target()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension(context, resource).await?)
        .resource_id(resource)
        .send()
        .await
        .named("application-autoscaling:DeregisterScalableTarget")
        .optional()
        .map(drop)
}

fn suspended_to_sdk(suspended: Suspended) -> SuspendedState {
    SuspendedState::builder()
        .dynamic_scaling_in_suspended(suspended.scale_in)
        .dynamic_scaling_out_suspended(suspended.scale_out)
        .scheduled_scaling_suspended(suspended.scheduled)
        .build()
}

/// Reads the suspended parts of the scaling of a target.
pub(super) fn read_suspended(target: &ScalableTarget) -> Suspended {
    let state = target.suspended_state();
    let is = |part: fn(&SuspendedState) -> Option<bool>| state.and_then(part).unwrap_or(false);
    Suspended {
        scale_in: is(SuspendedState::dynamic_scaling_in_suspended),
        scale_out: is(SuspendedState::dynamic_scaling_out_suspended),
        scheduled: is(SuspendedState::scheduled_scaling_suspended),
    }
}
