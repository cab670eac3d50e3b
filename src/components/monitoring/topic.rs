//! Who is told.

use std::collections::BTreeSet;

use crate::aws::iam::{Policy, Principal};
use crate::aws::sns::{Subscription, Topic};
use crate::aws::{Arn, TopicArn};
use crate::resource::{Input, Tags};
use crate::stack::Stack;

/// A topic that alarms and budgets publish to, and whoever reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// E-mail addresses; each must confirm once.
    pub emails: BTreeSet<String>,
    /// Tags of everything that belongs to it.
    pub tags: Tags,
}

impl Alerts {
    /// Declares the topic and its subscriptions, named `NAME` and `NAME-…`, and answers the topic.
    pub fn declare(&self, stack: &mut Stack, name: &str) -> Input<TopicArn> {
        let policy = publishers(&stack.scope().account);
        let topic = stack.add(name, Topic { policy: Some(policy), tags: self.tags.clone(), ..Topic::new() }).arn;
        for email in &self.emails {
            stack.add(&format!("{name}-{}", readable(email)), Subscription::email(&topic, email));
        }
        topic
    }

    /// The topic as the action of an alarm.
    pub fn action(topic: &Input<TopicArn>) -> Input<Arn> {
        Input::join(topic.parts())
    }
}

/// Alarms and budgets of this account, and nobody else's.
fn publishers(account: &str) -> Policy {
    let mut policy = Policy::new();
    for (name, service) in [("Alarms", "cloudwatch.amazonaws.com"), ("Budgets", "budgets.amazonaws.com")] {
        policy = policy.allow(["sns:Publish"]).named(name).to(Principal::service(service)).on_itself();
        if !account.is_empty() {
            policy = policy.when("StringEquals", "aws:SourceAccount", [account]);
        }
    }
    policy
}

/// An address as part of a name: letters, digits and hyphens.
fn readable(email: &str) -> String {
    let text: String = email.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    text.trim_matches('-').chars().take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Purpose;

    #[test]
    fn an_address_becomes_part_of_a_name() {
        assert_eq!(readable("on-call@ops.example.com"), "on-call-ops-example-com");
    }

    #[test]
    fn the_policy_of_the_topic_is_valid() {
        assert_eq!(publishers("123456789012").problems(Purpose::Resource), Vec::<String>::new());
        assert_eq!(publishers("").problems(Purpose::Resource), Vec::<String>::new());
    }
}
