//! The topic that alarms and budgets publish to.

use std::collections::BTreeSet;

use crate::aws::iam::{Policy, Principal};
use crate::aws::sns::{Subscription, Topic};
use crate::aws::{Arn, TopicArn};
use crate::resource::{Input, Tags};
use crate::stack::Stack;

/// A topic that alarms and budgets publish to, with its subscriptions.
///
/// ```
/// # use std::collections::BTreeSet;
/// # use ebbtide::components::Alerts;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let emails = BTreeSet::from(["on-call@example.com".to_owned()]);
/// let topic = Alerts { emails, ..Alerts::default() }.declare(stack, "alerts");
/// stack.output("ALERTS_TOPIC", &topic);
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alerts {
    /// The e-mail addresses to subscribe. Each of them must confirm the subscription once.
    pub emails: BTreeSet<String>,
    /// The KMS key of the topic: its ARN, id or `alias/NAME`. Its policy has to let `cloudwatch.amazonaws.com` and
    /// `budgets.amazonaws.com` use it, or their notifications are lost.
    pub kms_key: Option<Input<String>>,
    /// Whether rules of EventBridge may publish to the topic.
    pub events: bool,
    /// Tags of the topic.
    pub tags: Tags,
}

impl Alerts {
    /// Declares the topic and its subscriptions, named `NAME` and `NAME-…`. Returns the topic.
    pub fn declare(&self, stack: &mut Stack, name: &str) -> Input<TopicArn> {
        let policy = publish_policy(&stack.scope().account, self.events);
        let topic =
            Topic { kms_key: self.kms_key.clone(), policy: Some(policy), tags: self.tags.clone(), ..Topic::new() };
        let topic = stack.add(name, topic).arn;
        for email in &self.emails {
            stack.add(&format!("{name}-{}", name_part(email)), Subscription::email(&topic, email));
        }
        topic
    }

    /// Returns the topic as an action of an alarm.
    pub fn action(topic: &Input<TopicArn>) -> Input<Arn> {
        Input::join(topic.parts())
    }
}

/// Returns the policy that lets only alarms and budgets of this account publish, and rules if they may.
fn publish_policy(account: &str, events: bool) -> Policy {
    let mut policy = Policy::new();
    for (name, service) in [("Alarms", "cloudwatch.amazonaws.com"), ("Budgets", "budgets.amazonaws.com")] {
        policy = policy.allow(["sns:Publish"]).named(name).to(Principal::service(service)).on_itself();
        if !account.is_empty() {
            policy = policy.when("StringEquals", "aws:SourceAccount", [account]);
        }
    }
    if events {
        // "You can't use Condition blocks in Amazon SNS topic policies for EventBridge" (its guide, troubleshooting): a statement with
        // a condition never allows, and its messages are lost.
        policy =
            policy.allow(["sns:Publish"]).named("Rules").to(Principal::service("events.amazonaws.com")).on_itself();
    }
    policy
}

/// Returns an e-mail address as part of a name: letters, digits and hyphens.
fn name_part(email: &str) -> String {
    let text: String = email.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    text.trim_matches('-').chars().take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Purpose;

    #[test]
    fn an_address_becomes_part_of_a_name() {
        assert_eq!(name_part("on-call@ops.example.com"), "on-call-ops-example-com");
    }

    #[test]
    fn the_policy_of_the_topic_is_valid() {
        for (account, events) in [("123456789012", false), ("", false), ("123456789012", true)] {
            assert_eq!(publish_policy(account, events).problems(Purpose::Resource), Vec::<String>::new());
        }
    }

    #[test]
    fn rules_publish_only_if_they_may_and_without_a_condition() {
        let statements = publish_policy("123456789012", false).statements;
        assert!(statements.iter().all(|statement| !statement.conditions.is_empty()), "{statements:?}");
        let statements = publish_policy("123456789012", true).statements;
        let rules: Vec<_> = statements.iter().filter(|statement| statement.sid.as_deref() == Some("Rules")).collect();
        assert_eq!(rules.len(), 1, "{statements:?}");
        assert!(rules[0].conditions.is_empty(), "{rules:?}");
    }
}
