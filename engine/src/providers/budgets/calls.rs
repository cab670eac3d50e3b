//! The calls about the notifications and tags of a budget.

use aws_sdk_budgets::types::{Notification, ResourceTag, Subscriber, SubscriptionType};

use super::notification::{condition_to_sdk, read_notification, subscribers_to_sdk};
use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::aws::budgets::{Notify, budget_arn};
use ebbtide::resource::{Resolved, Tags, tag_changes};

/// The code with which AWS says that a budget, a notification or a receiver does not exist.
pub(super) const MISSING: &[&str] = &["NotFoundException"];

/// Returns all tags of a budget, ownership tags included.
pub(super) async fn all_tags(context: &Context, name: &str) -> Result<Tags, Error> {
    let list = context.aws.budgets().list_tags_for_resource().resource_arn(budget_arn(context.scope(), name));
    let found = list.send().await.named("budgets:ListTagsForResource")?;
    Ok(found.resource_tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

/// Brings the tags of a budget from one state to another.
pub(super) async fn update_tags(context: &Context, name: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let (budgets, arn) = (context.aws.budgets(), budget_arn(context.scope(), name));
    if !set.is_empty() {
        let tag = budgets.tag_resource().resource_arn(&arn).set_resource_tags(Some(tags_to_sdk(set)?));
        tag.send().await.named("budgets:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = budgets.untag_resource().resource_arn(&arn).set_resource_tag_keys(Some(removed));
        untag.send().await.named("budgets:UntagResource")?;
    }
    Ok(())
}

/// Returns tags as the SDK takes them.
pub(super) fn tags_to_sdk(tags: Tags) -> Result<Vec<ResourceTag>, Error> {
    tags.into_iter().map(|(key, value)| built(ResourceTag::builder().key(key).value(value).build())).collect()
}

/// Returns the notifications of a budget with their receivers.
pub(super) async fn notifications(context: &Context, name: &str) -> Result<Vec<Notify<Resolved>>, Error> {
    let mut pages = context
        .aws
        .budgets()
        .describe_notifications_for_budget()
        .account_id(&context.scope().account)
        .budget_name(name)
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(notification) = pages.next().await {
        let notification = notification.named("budgets:DescribeNotificationsForBudget")?;
        let subscribers = subscribers(context, name, &notification).await?;
        found.push(read_notification(&notification, &subscribers));
    }
    Ok(found)
}

async fn subscribers(context: &Context, name: &str, notification: &Notification) -> Result<Vec<Subscriber>, Error> {
    let mut pages = context
        .aws
        .budgets()
        .describe_subscribers_for_notification()
        .account_id(&context.scope().account)
        .budget_name(name)
        .notification(notification.clone())
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(subscriber) = pages.next().await {
        found.push(subscriber.named("budgets:DescribeSubscribersForNotification")?);
    }
    Ok(found)
}

/// Brings the notifications of a budget from one state to another.
pub(super) async fn update_notifications(
    context: &Context,
    name: &str,
    from: &[Notify<Resolved>],
    to: &[Notify<Resolved>],
) -> Result<(), Error> {
    for removed in from.iter().filter(|notify| !to.iter().any(|other| other.when == notify.when)) {
        let delete = context.aws.budgets().delete_notification().account_id(&context.scope().account).budget_name(name);
        delete
            .notification(condition_to_sdk(removed.when)?)
            .send()
            .await
            .named("budgets:DeleteNotification")
            .unless_missing(MISSING)?;
    }
    for notify in to {
        match from.iter().find(|other| other.when == notify.when) {
            Some(other) => update_subscribers(context, name, other, notify).await?,
            None => {
                let create =
                    context.aws.budgets().create_notification().account_id(&context.scope().account).budget_name(name);
                create
                    .notification(condition_to_sdk(notify.when)?)
                    .set_subscribers(Some(subscribers_to_sdk(notify)?))
                    .send()
                    .await
                    .named("budgets:CreateNotification")?;
            }
        }
    }
    Ok(())
}

/// Brings the receivers of a notification from one state to another. A notification always needs a receiver, so new
/// ones are added before old ones are removed. It can have one topic only, so a new topic replaces the old one.
async fn update_subscribers(
    context: &Context,
    name: &str,
    from: &Notify<Resolved>,
    to: &Notify<Resolved>,
) -> Result<(), Error> {
    let (old, new) = (subscribers_to_sdk(from)?, subscribers_to_sdk(to)?);
    let (budgets, account) = (context.aws.budgets(), &context.scope().account);
    let condition = condition_to_sdk(to.when)?;
    let mut removed: Vec<_> = old.iter().filter(|one| !new.contains(one)).collect();
    for subscriber in new.iter().filter(|one| !old.contains(one)) {
        let is_topic = |one: &Subscriber| *one.subscription_type() == SubscriptionType::Sns;
        let replaced = removed.iter().position(|other| is_topic(other) && is_topic(subscriber));
        if let Some(replaced) = replaced.map(|place| removed.remove(place)) {
            let update = budgets.update_subscriber().account_id(account).budget_name(name);
            let update = update.notification(condition.clone()).old_subscriber(replaced.clone());
            update.new_subscriber(subscriber.clone()).send().await.named("budgets:UpdateSubscriber")?;
        } else {
            let create = budgets.create_subscriber().account_id(account).budget_name(name);
            let create = create.notification(condition.clone()).subscriber(subscriber.clone());
            create.send().await.named("budgets:CreateSubscriber")?;
        }
    }
    for subscriber in removed {
        let delete = budgets.delete_subscriber().account_id(account).budget_name(name);
        let delete = delete.notification(condition.clone()).subscriber(subscriber.clone());
        delete.send().await.named("budgets:DeleteSubscriber").unless_missing(MISSING)?;
    }
    Ok(())
}
