//! `sns_subscription`: one subscriber of a topic.

use serde::{Deserialize, Serialize};

use super::{Filter, Protocol};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, TopicArn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// A subscription of a topic.
///
/// ```
/// # use ebbtide::aws::sns::{Subscription, TopicOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, topic: &TopicOutputs<Declared>) {
/// stack.add("ops", Subscription::email(&topic.arn, "ops@example.com"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Subscription<P: Phase = Declared> {
    /// The topic.
    pub topic: P::Of<TopicArn>,
    /// The protocol.
    pub protocol: Protocol,
    /// The receiver: an e-mail address, a phone number, a URL or an ARN, as the protocol needs it.
    pub endpoint: P::Of<String>,
    /// Whether the message is delivered without SNS's envelope.
    #[serde(default)]
    pub raw_delivery: bool,
    /// The messages that are delivered; all of them unless given.
    #[serde(default)]
    pub filter: Option<Filter>,
}

impl Subscription {
    /// Creates a subscription by e-mail. Nothing is delivered until the receiver has confirmed it.
    pub fn email(topic: impl Into<Input<TopicArn>>, address: &str) -> Self {
        Self {
            topic: topic.into(),
            protocol: Protocol::Email,
            endpoint: address.into(),
            raw_delivery: false,
            filter: None,
        }
    }
}

/// The outputs of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SubscriptionOutputs<P: Phase> {
    /// The ARN, or `PendingConfirmation` until the receiver has confirmed the subscription.
    pub arn: P::Of<Arn>,
}

impl Resource for Subscription {
    const KIND: &'static str = "sns_subscription";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Subscription: topic, protocol, endpoint);
    const DELETED_WITH: &'static [&'static str] = fields!(Subscription: topic);
    type Resolved = Subscription<Resolved>;
    type Outputs<P: Phase> = SubscriptionOutputs<P>;

    /// Returns the charge for each delivery, by its protocol.
    fn billing(&self) -> Billing {
        let item = match self.protocol {
            Protocol::Email | Protocol::EmailJson => "sns.email",
            Protocol::Sms => "sns.sms",
            Protocol::Http | Protocol::Https => "sns.http",
            Protocol::Sqs => "sns.sqs",
            Protocol::Lambda => "sns.lambda",
        };
        Billing::Charges(vec![Charge::by_use(item, "deliveries")])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.endpoint.known().and_then(|endpoint| self.protocol.endpoint_problem(endpoint)) {
            problems.refuse("endpoint", problem);
        }
        if self.raw_delivery && !self.protocol.supports_raw_delivery() {
            problems.refuse("raw_delivery", "is for http, https and sqs only");
        }
        if let Some(problem) = self.filter.as_ref().and_then(Filter::problem) {
            problems.refuse("filter", problem);
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let key = |one: &Self| Some((one.topic.clone(), one.protocol, one.endpoint.clone()));
        let message = "another subscription has the same topic, protocol and endpoint: SNS treats both as one";
        repeat_conflicts(all, key, |_| message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::sns::FilterScope;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";

    #[test]
    fn invalid_subscriptions_are_refused() {
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
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn two_subscriptions_of_one_endpoint_are_a_conflict() {
        let ops = || Subscription::email(TOPIC, "ops@example.com");
        assert_eq!(Subscription::conflicts(&[ops(), ops()])[0].index, 1);
        assert_eq!(Subscription::conflicts(&[ops(), Subscription::email(TOPIC, "dev@example.com")]), []);
    }
}
