//! `sns_subscription`: one subscriber of a topic.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Filter, FilterScope, Protocol, marks};
use crate::aws::lists::repeats;
use crate::aws::{Arn, TopicArn};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Declared, Persistence, Phase, Problems, Resolved, Resource, fields};

/// What AWS lists in place of an ARN while nobody has confirmed.
const PENDING: &str = "PendingConfirmation";

/// A subscription of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Subscription<P: Phase = Declared> {
    /// The topic.
    pub topic: P::Of<TopicArn>,
    /// How messages are delivered.
    pub protocol: Protocol,
    /// Where to: an e-mail address, an address on the web, an ARN.
    pub endpoint: P::Of<String>,
    /// Whether the bare message is delivered, without SNS's envelope.
    #[serde(default)]
    pub raw_delivery: bool,
    /// Which messages; `None` is all of them.
    #[serde(default)]
    pub filter: Option<Filter>,
}

impl Subscription {
    /// A subscription by e-mail. Nothing is delivered until its receiver has confirmed.
    pub fn email(topic: impl Into<crate::resource::Input<TopicArn>>, address: &str) -> Self {
        Self {
            topic: topic.into(),
            protocol: Protocol::Email,
            endpoint: address.into(),
            raw_delivery: false,
            filter: None,
        }
    }
}

impl Subscription<Resolved> {
    /// The id: what AWS tells subscriptions of a topic apart by. The ARN will not do, for AWS does not list it until
    /// the subscription is confirmed.
    fn id(&self) -> String {
        format!("{} {} {}", self.topic, self.protocol.as_str(), self.endpoint)
    }
}

/// The outputs of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SubscriptionOutputs<P: Phase> {
    /// The ARN, or `PendingConfirmation`.
    pub arn: P::Of<Arn>,
}

impl Resource for Subscription {
    const KIND: &'static str = "sns_subscription";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Subscription: topic, protocol, endpoint);
    type Resolved = Subscription<Resolved>;
    type Outputs<P: Phase> = SubscriptionOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.endpoint.known().and_then(|endpoint| self.protocol.problem(endpoint)) {
            problems.refuse("endpoint", problem);
        }
        if self.raw_delivery && !self.protocol.takes_raw() {
            problems.refuse("raw_delivery", "is for http, https and sqs only");
        }
        if let Some(problem) = self.filter.as_ref().and_then(Filter::problem) {
            problems.refuse("filter", problem);
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let it = |one: &Self| Some((one.topic.clone(), one.protocol, one.endpoint.clone()));
        let message = "the same topic, protocol and endpoint as another: SNS takes them for one";
        repeats(all, it).into_iter().map(|(index, _)| (index, message.to_owned())).collect()
    }
}

impl Provider for Subscription {
    async fn find(context: &Context, inputs: &Subscription<Resolved>) -> Result<Option<String>, Error> {
        Ok(listed(context, inputs).await?.map(|_| inputs.id()))
    }

    async fn create(context: &Context, inputs: &Subscription<Resolved>) -> Result<String, Error> {
        let (id, topic) = (inputs.id(), inputs.topic.as_str());
        if inputs.protocol.must_confirm() {
            marks::clear(context, topic, &id).await?;
        }
        let attributes: HashMap<_, _> =
            attributes(&Subscription { raw_delivery: false, filter: None, ..inputs.clone() }, inputs)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
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
        let Some(arn) = listed(context, last).await? else { return Ok(None) };
        let mut inputs = last.clone();
        if arn != PENDING {
            let get = context.aws.sns().get_subscription_attributes().subscription_arn(&arn);
            let Some(found) = get.send().await.named("sns:GetSubscriptionAttributes").optional()? else {
                return Ok(None);
            };
            let attributes = found.attributes.unwrap_or_default();
            let text = |name: &str| attributes.get(name).map(String::as_str);
            inputs.raw_delivery = text("RawMessageDelivery") == Some("true");
            inputs.filter = Filter::read(text("FilterPolicy"), text("FilterPolicyScope"));
        }
        // A subscription that nobody has confirmed is as ready as it gets by itself.
        Ok(Some(Reading::ready(inputs, SubscriptionOutputs { arn: Arn(arn) })))
    }

    async fn update(
        context: &Context,
        _id: &str,
        from: &Subscription<Resolved>,
        to: &Subscription<Resolved>,
    ) -> Result<(), Error> {
        let arn = listed(context, to).await?.unwrap_or_default();
        if arn == PENDING {
            return Err(Error::invalid(format!(
                "the subscription of {} cannot be changed before it is confirmed",
                to.endpoint
            ))
            .hint("follow the link in the message that AWS sent there, then run the same command"));
        }
        for (name, value) in attributes(from, to) {
            let set = context.aws.sns().set_subscription_attributes().subscription_arn(&arn);
            let set = set.attribute_name(name).attribute_value(value);
            set.send().await.named("sns:SetSubscriptionAttributes")?;
        }
        Ok(())
    }

    async fn delete(context: &Context, id: &str, last: &Subscription<Resolved>) -> Result<(), Error> {
        match listed(context, last).await? {
            None => Ok(()),
            Some(arn) if arn == PENDING => marks::set(context, last.topic.as_str(), id).await,
            Some(arn) => {
                let unsubscribe = context.aws.sns().unsubscribe().subscription_arn(arn);
                unsubscribe.send().await.named("sns:Unsubscribe").optional().map(drop)
            }
        }
    }
}

/// The attributes to set to get from one to the other.
fn attributes(from: &Subscription<Resolved>, to: &Subscription<Resolved>) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    if from.raw_delivery != to.raw_delivery {
        changes.push(("RawMessageDelivery", to.raw_delivery.to_string()));
    }
    let scope = |it: &Subscription<Resolved>| it.filter.as_ref().map_or(FilterScope::default(), |filter| filter.scope);
    let policy =
        |it: &Subscription<Resolved>| it.filter.as_ref().map(|filter| filter.policy.clone()).unwrap_or_default();
    // The scope first: a policy must fit it.
    if scope(from) != scope(to) && to.filter.is_some() {
        changes.push(("FilterPolicyScope", scope(to).as_str().to_owned()));
    }
    if policy(from) != policy(to) {
        // The empty policy lets everything through; AWS has no way to take a policy away.
        changes.push(("FilterPolicy", Value::Object(policy(to)).to_string()));
    }
    changes
}

/// The ARN under which AWS lists a subscription, or [`PENDING`]; `None` if there is none, or counts as none.
async fn listed(context: &Context, inputs: &Subscription<Resolved>) -> Result<Option<String>, Error> {
    let list = context.aws.sns().list_subscriptions_by_topic().topic_arn(inputs.topic.as_str());
    let mut subscriptions = list.into_paginator().items().send();
    while let Some(subscription) = subscriptions.next().await {
        let Some(subscription) = subscription.named("sns:ListSubscriptionsByTopic").optional()? else {
            return Ok(None);
        };
        let is_it = subscription.protocol() == Some(inputs.protocol.as_str())
            && subscription.endpoint() == Some(inputs.endpoint.as_str());
        match subscription.subscription_arn() {
            // What was ended from an e-mail is listed for a while.
            _ if !is_it => {}
            None | Some("Deleted") => {}
            Some(PENDING) => {
                let is_gone = marks::is_set(context, inputs.topic.as_str(), &inputs.id()).await?;
                return Ok((!is_gone).then(|| PENDING.to_owned()));
            }
            Some(arn) => return Ok(Some(arn.to_owned())),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";

    fn filter(scope: FilterScope) -> Option<Filter> {
        Some(Filter { scope, policy: json!({"severity": ["high"]}).as_object().unwrap().clone() })
    }

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let good = || Subscription::email(TOPIC, "ops@example.com");
        let empty = Some(Filter { scope: FilterScope::default(), policy: serde_json::Map::new() });
        let cases = [
            ("endpoint", Subscription::email(TOPIC, "ops")),
            ("raw_delivery", Subscription { raw_delivery: true, ..good() }),
            ("filter", Subscription { filter: empty, ..good() }),
        ];
        for (field, subscription) in cases {
            let mut problems = Problems::new();
            subscription.validate(&mut problems);
            assert!(problems.len() == 1 && problems[0].0 == field, "{field}: {problems:?}");
        }
        assert_eq!(Subscription::conflicts(&[good(), good()]).first().map(|(index, _)| *index), Some(1));
        assert_eq!(Subscription::conflicts(&[good(), Subscription::email(TOPIC, "dev@example.com")]), []);
    }

    #[test]
    fn only_what_differs_is_set_and_the_scope_before_the_policy() {
        let resolved = |filter, raw_delivery| Subscription::<Resolved> {
            topic: TOPIC.into(),
            protocol: Protocol::Sqs,
            endpoint: "arn:aws:sqs:eu-west-1:123456789012:q".into(),
            raw_delivery,
            filter,
        };
        let plain = resolved(None, false);
        let body = resolved(filter(FilterScope::MessageBody), true);
        let names = |from, to| attributes(from, to).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&plain, &body), ["RawMessageDelivery", "FilterPolicyScope", "FilterPolicy"]);
        assert_eq!(attributes(&body, &plain)[1], ("FilterPolicy", "{}".to_owned()));
        assert!(names(&body, &body).is_empty());
        let other = resolved(filter(FilterScope::MessageAttributes), true);
        assert_eq!(names(&body, &other), ["FilterPolicyScope"]);
    }
}
