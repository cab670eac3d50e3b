//! The calls about a budget's notifications and tags.

use std::collections::BTreeMap;

use aws_sdk_budgets::types::{Notification, ResourceTag, Subscriber, SubscriptionType};

use super::Notify;
use crate::engine::sdk::{CallName, Context, Error, OptionalCall, built};
use crate::resource::{Resolved, Tags, tag_changes};

/// The ARN of a budget; budgets belong to no region.
pub(super) fn budget_arn(context: &Context, name: &str) -> String {
    let scope = context.scope();
    format!("arn:{}:budgets::{}:budget/{name}", scope.partition(), scope.account)
}

/// All tags of a budget, ownership tags included.
pub(super) async fn all_tags(context: &Context, name: &str) -> Result<BTreeMap<String, String>, Error> {
    let list = context.aws.budgets().list_tags_for_resource().resource_arn(budget_arn(context, name));
    let found = list.send().await.named("budgets:ListTagsForResource")?;
    Ok(found.resource_tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

/// Brings the tags of a budget from one state to another.
pub(super) async fn update_tags(context: &Context, name: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let (budgets, arn) = (context.aws.budgets(), budget_arn(context, name));
    if !set.is_empty() {
        let tag = budgets.tag_resource().resource_arn(&arn).set_resource_tags(Some(sdk_tags(set)?));
        tag.send().await.named("budgets:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = budgets.untag_resource().resource_arn(&arn).set_resource_tag_keys(Some(removed));
        untag.send().await.named("budgets:UntagResource")?;
    }
    Ok(())
}

/// Tags as the SDK takes them.
pub(super) fn sdk_tags(tags: BTreeMap<String, String>) -> Result<Vec<ResourceTag>, Error> {
    tags.into_iter().map(|(key, value)| built(ResourceTag::builder().key(key).value(value).build())).collect()
}

/// The notifications of a budget with everybody who is told.
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
        found.push(Notify::from_sdk(&notification, &subscribers));
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
    for gone in from.iter().filter(|notify| !to.iter().any(|other| other.when == notify.when)) {
        let delete = context.aws.budgets().delete_notification().account_id(&context.scope().account).budget_name(name);
        delete.notification(gone.when.to_sdk()?).send().await.named("budgets:DeleteNotification").optional()?;
    }
    for notify in to {
        match from.iter().find(|other| other.when == notify.when) {
            Some(other) => update_subscribers(context, name, other, notify).await?,
            None => {
                let create =
                    context.aws.budgets().create_notification().account_id(&context.scope().account).budget_name(name);
                create
                    .notification(notify.when.to_sdk()?)
                    .set_subscribers(Some(notify.subscribers()?))
                    .send()
                    .await
                    .named("budgets:CreateNotification")?;
            }
        }
    }
    Ok(())
}

/// A notification must always have somebody to tell, so the new ones are subscribed before the old ones go. It may have
/// one topic only, so a new topic takes the place of the old one.
async fn update_subscribers(
    context: &Context,
    name: &str,
    from: &Notify<Resolved>,
    to: &Notify<Resolved>,
) -> Result<(), Error> {
    let (old, new) = (from.subscribers()?, to.subscribers()?);
    let (budgets, account) = (context.aws.budgets(), &context.scope().account);
    let mut removed: Vec<_> = old.iter().filter(|one| !new.contains(one)).collect();
    for subscriber in new.iter().filter(|one| !old.contains(one)) {
        let is_topic = |one: &Subscriber| *one.subscription_type() == SubscriptionType::Sns;
        let replaced = removed.iter().position(|other| is_topic(other) && is_topic(subscriber));
        if let Some(replaced) = replaced.map(|place| removed.remove(place)) {
            let update = budgets.update_subscriber().account_id(account).budget_name(name);
            let update = update.notification(to.when.to_sdk()?).old_subscriber(replaced.clone());
            update.new_subscriber(subscriber.clone()).send().await.named("budgets:UpdateSubscriber")?;
        } else {
            let create = budgets.create_subscriber().account_id(account).budget_name(name);
            let create = create.notification(to.when.to_sdk()?).subscriber(subscriber.clone());
            create.send().await.named("budgets:CreateSubscriber")?;
        }
    }
    for subscriber in removed {
        let delete = budgets.delete_subscriber().account_id(account).budget_name(name);
        let delete = delete.notification(to.when.to_sdk()?).subscriber(subscriber.clone());
        delete.send().await.named("budgets:DeleteSubscriber").optional()?;
    }
    Ok(())
}
