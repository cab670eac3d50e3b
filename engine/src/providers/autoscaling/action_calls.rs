//! The calls about scheduled actions.

use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{ScalableTargetAction, ScheduledAction, ServiceNamespace};
use jiff::Timestamp;

use super::target_calls::dimension;
use super::timetable::Timetable;
use crate::providers::numbers::signed;
use crate::sdk::{CallName, Context, Error, OptionalCall};

/// Returns the scheduled actions of a resource, or only the one with the given name.
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
pub(super) async fn put_action(
    context: &Context,
    resource: &str,
    name: &str,
    timetable: &Timetable,
) -> Result<(), Error> {
    let action = ScalableTargetAction::builder()
        .set_min_capacity(timetable.min.map(signed))
        .set_max_capacity(timetable.max.map(signed))
        .build();
    let instant = |instant: Timestamp| DateTime::from_secs(instant.as_second());
    context
        .aws
        .applicationautoscaling()
        .put_scheduled_action()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension(context, resource).await?)
        .resource_id(resource)
        .scheduled_action_name(name)
        .schedule(&timetable.schedule)
        .set_timezone(timetable.zone.clone())
        .scalable_target_action(action)
        .set_start_time(timetable.start.map(instant))
        .set_end_time(timetable.end.map(instant))
        .send()
        .await
        .named("application-autoscaling:PutScheduledAction")
        .map(drop)
}

/// Deletes a scheduled action; a missing action is a success.
pub(super) async fn delete_action(context: &Context, resource: &str, name: &str) -> Result<(), Error> {
    context
        .aws
        .applicationautoscaling()
        .delete_scheduled_action()
        .service_namespace(ServiceNamespace::Sagemaker)
        .scalable_dimension(dimension(context, resource).await?)
        .resource_id(resource)
        .scheduled_action_name(name)
        .send()
        .await
        .named("application-autoscaling:DeleteScheduledAction")
        .optional()
        .map(drop)
}
