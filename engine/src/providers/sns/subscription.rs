//! `sns_subscription` in AWS.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::filter::read_filter;
use super::tags::MISSING;
use super::tombstone;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::Arn;
use ebbtide::aws::sns::{FilterScope, Subscription, SubscriptionOutputs};
use ebbtide::resource::Resolved;

/// The text that AWS lists in place of an ARN until the receiver has confirmed the subscription.
const PENDING: &str = "PendingConfirmation";

impl Provider for Subscription {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "@topic",
        reads: "sns:ListSubscriptionsByTopic sns:GetSubscriptionAttributes sns:ListTagsForResource",
        creates: "sns:Subscribe sns:UntagResource",
        updates: "sns:SetSubscriptionAttributes",
        deletes: "sns:Unsubscribe sns:TagResource",
    });

    async fn find(context: &Context, inputs: &Subscription<Resolved>) -> Result<Option<String>, Error> {
        Ok(listed_arn(context, inputs).await?.map(|_| subscription_id(inputs)))
    }

    async fn create(context: &Context, inputs: &Subscription<Resolved>) -> Result<String, Error> {
        let (id, topic) = (subscription_id(inputs), inputs.topic.as_str());
        if inputs.protocol.must_confirm() {
            tombstone::clear(context, topic, &id).await?;
        }
        let defaults = Subscription { raw_delivery: false, filter: None, ..inputs.clone() };
        let attributes: HashMap<_, _> =
            attribute_changes(&defaults, inputs).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let subscribe = context
            .aws
            .sns()
            .subscribe()
            .topic_arn(topic)
            .protocol(inputs.protocol.as_str())
            .endpoint(&inputs.endpoint)
            .set_attributes(Some(attributes))
            .return_subscription_arn(true);
        subscribe.send().await.named("sns:Subscribe")?;
        Ok(id)
    }

    async fn read(context: &Context, _id: &str, last: &Subscription<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(arn) = listed_arn(context, last).await? else { return Ok(None) };
        let mut inputs = last.clone();
        if arn != PENDING {
            let get = context.aws.sns().get_subscription_attributes().subscription_arn(&arn);
            let Some(found) = get.send().await.named("sns:GetSubscriptionAttributes").unless_missing(MISSING)? else {
                return Ok(None);
            };
            let attributes = found.attributes.unwrap_or_default();
            let text = |name: &str| attributes.get(name).map(String::as_str);
            inputs.raw_delivery = text("RawMessageDelivery") == Some("true");
            inputs.filter = read_filter(text("FilterPolicy"), text("FilterPolicyScope"));
        }
        // An unconfirmed subscription counts as ready: only its receiver can change that.
        Ok(Some(Reading::ready(inputs, SubscriptionOutputs { arn: Arn(arn) })))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &Subscription<Resolved>,
        to: &Subscription<Resolved>,
    ) -> Result<(), Error> {
        let Some(arn) = listed_arn(context, to).await? else {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no subscription `{id}`")));
        };
        if arn == PENDING {
            return Err(Error::invalid(format!(
                "the subscription of {} cannot be changed before it is confirmed",
                to.endpoint
            ))
            .hint("follow the link in the message that AWS sent there, then run the same command"));
        }
        for (name, value) in attribute_changes(from, to) {
            let set = context.aws.sns().set_subscription_attributes().subscription_arn(&arn);
            let set = set.attribute_name(name).attribute_value(value);
            set.send().await.named("sns:SetSubscriptionAttributes")?;
        }
        Ok(())
    }

    async fn delete(context: &Context, id: &str, last: &Subscription<Resolved>) -> Result<(), Error> {
        match listed_arn(context, last).await? {
            None => Ok(()),
            Some(arn) if arn == PENDING => tombstone::set(context, last.topic.as_str(), id).await,
            Some(arn) => {
                let unsubscribe = context.aws.sns().unsubscribe().subscription_arn(arn);
                unsubscribe.send().await.named("sns:Unsubscribe").unless_missing(MISSING).map(drop)
            }
        }
    }
}

/// Returns the id of a subscription: the fields by which AWS distinguishes the subscriptions of a topic. The ARN cannot be
/// the id, because AWS does not list it before the subscription is confirmed.
fn subscription_id(subscription: &Subscription<Resolved>) -> String {
    format!("{} {} {}", subscription.topic, subscription.protocol.as_str(), subscription.endpoint)
}

/// Returns the attributes to set on the way from `from` to `to`, in this order.
fn attribute_changes(from: &Subscription<Resolved>, to: &Subscription<Resolved>) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    if from.raw_delivery != to.raw_delivery {
        changes.push(("RawMessageDelivery", to.raw_delivery.to_string()));
    }
    // Set the scope first, because AWS checks a policy against it.
    if filter_scope(from) != filter_scope(to) && to.filter.is_some() {
        changes.push(("FilterPolicyScope", filter_scope(to).as_str().to_owned()));
    }
    if filter_policy(from) != filter_policy(to) {
        // AWS cannot remove a policy; the empty one lets every message through.
        changes.push(("FilterPolicy", Value::Object(filter_policy(to)).to_string()));
    }
    changes
}

fn filter_scope(subscription: &Subscription<Resolved>) -> FilterScope {
    subscription.filter.as_ref().map_or(FilterScope::default(), |filter| filter.scope)
}

fn filter_policy(subscription: &Subscription<Resolved>) -> Map<String, Value> {
    subscription.filter.as_ref().map(|filter| filter.policy.clone()).unwrap_or_default()
}

/// Returns the ARN under which AWS lists a subscription, or [`PENDING`]; `None` if AWS lists none, or if the listed one
/// counts as deleted.
async fn listed_arn(context: &Context, inputs: &Subscription<Resolved>) -> Result<Option<String>, Error> {
    let list = context.aws.sns().list_subscriptions_by_topic().topic_arn(inputs.topic.as_str());
    let mut subscriptions = list.into_paginator().items().send();
    while let Some(subscription) = subscriptions.next().await {
        let Some(subscription) = subscription.named("sns:ListSubscriptionsByTopic").unless_missing(MISSING)? else {
            return Ok(None);
        };
        let matches = subscription.protocol() == Some(inputs.protocol.as_str())
            && subscription.endpoint() == Some(inputs.endpoint.as_str());
        match subscription.subscription_arn() {
            _ if !matches => {}
            // AWS lists a subscription for a while after its receiver has ended it.
            None | Some("Deleted") => {}
            Some(PENDING) => {
                let is_deleted = tombstone::is_set(context, inputs.topic.as_str(), &subscription_id(inputs)).await?;
                return Ok((!is_deleted).then(|| PENDING.to_owned()));
            }
            Some(arn) => return Ok(Some(arn.to_owned())),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::sns::{Filter, Protocol};
    use serde_json::json;

    fn subscription(filter: Option<Filter>, raw_delivery: bool) -> Subscription<Resolved> {
        Subscription {
            topic: "arn:aws:sns:eu-west-1:123456789012:alarms".into(),
            protocol: Protocol::Sqs,
            endpoint: "arn:aws:sqs:eu-west-1:123456789012:q".into(),
            raw_delivery,
            filter,
        }
    }

    fn filter(scope: FilterScope) -> Option<Filter> {
        Some(Filter { scope, policy: json!({"severity": ["high"]}).as_object().unwrap().clone() })
    }

    #[test]
    fn only_differing_attributes_are_set_and_the_scope_before_the_policy() {
        let plain = subscription(None, false);
        let body = subscription(filter(FilterScope::MessageBody), true);
        let names = |from, to| attribute_changes(from, to).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&plain, &body), ["RawMessageDelivery", "FilterPolicyScope", "FilterPolicy"]);
        assert_eq!(attribute_changes(&body, &plain)[1], ("FilterPolicy", "{}".to_owned()));
        assert!(names(&body, &body).is_empty());
        let other = subscription(filter(FilterScope::MessageAttributes), true);
        assert_eq!(names(&body, &other), ["FilterPolicyScope"]);
    }
}
