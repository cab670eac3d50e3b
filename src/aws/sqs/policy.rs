//! `sqs_queue_policy`: the policy of a queue.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::QueueOutputs;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
    is_expression,
};

/// The policy of a queue: services and other accounts send to it by that alone. A queue has one policy, so all that is allowed
/// stands in it.
///
/// It is a resource of its own, because it names both the queue and the resource that sends, and that one names the queue.
///
/// ```
/// # use ebbtide::aws::events::{Rule, Target};
/// # use ebbtide::aws::sqs::{Queue, QueuePolicy};
/// # use ebbtide::stack::Stack;
/// # use serde_json::json;
/// # fn declare(stack: &mut Stack) {
/// let queue = stack.add("retraining", Queue::new());
/// let pattern = json!({ "source": ["aws.sagemaker"] });
/// let rule = stack.add("drift", Rule::matching(pattern).to(Target::new("queue", queue.arn.text())));
/// stack.add("drift", QueuePolicy::of_sender(&queue, "events.amazonaws.com", rule.arn.text()));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct QueuePolicy<P: Phase = Declared> {
    /// The URL of the queue.
    pub queue: P::Of<String>,
    /// The document, of version 2012-10-17, with references where it needs them.
    pub policy: Value,
}

impl QueuePolicy {
    /// Creates a policy with a document of one's own.
    pub fn new(queue: impl Into<Input<String>>, policy: Value) -> Self {
        Self { queue: queue.into(), policy }
    }

    /// Lets a service, `events.amazonaws.com`, send to a queue for one resource alone, given by its ARN (EventBridge's guide, "Using
    /// resource-based policies"). A queue that is encrypted with a key of KMS needs that service in the key's policy, too, with
    /// `kms:Decrypt` and `kms:GenerateDataKey`.
    pub fn of_sender(queue: &QueueOutputs<Declared>, service: &str, source: impl Into<Input<String>>) -> Self {
        let source: Input<String> = source.into();
        let statement = json!({
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sqs:SendMessage",
            "Resource": queue.arn,
            "Condition": { "ArnEquals": { "aws:SourceArn": source } },
        });
        Self::new(&queue.url, json!({ "Version": "2012-10-17", "Statement": [statement] }))
    }
}

/// The outputs of a policy of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct QueuePolicyOutputs<P: Phase> {
    /// The URL of the queue, which is the id of its policy.
    pub queue: P::Of<String>,
}

impl Resource for QueuePolicy {
    const KIND: &'static str = "sqs_queue_policy";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(QueuePolicy: queue);
    const DELETED_WITH: &'static [&'static str] = fields!(QueuePolicy: queue);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = QueuePolicy<Resolved>;
    type Outputs<P: Phase> = QueuePolicyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of a queue, not its policy")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.queue.known().is_some_and(|url| !url.starts_with("https://")) {
            problems.refuse("queue", "is not the URL of a queue, `https://sqs.…`");
        }
        if is_expression(&self.policy) || !self.policy["Statement"].is_array() {
            problems.refuse("policy", "has no list `Statement`");
        } else if self.policy["Version"] != "2012-10-17" {
            // SQS never applies another one (terraform-provider-aws#29497).
            problems.refuse("policy", "has no `Version` of `2012-10-17`, without which SQS does not apply it");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let queue = |policy: &Self| Some(format!("{:?}", policy.queue));
        repeat_conflicts(all, queue, |_| {
            "another policy is that of the queue: put the statements of both in one".into()
        })
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        self.queue.known().map(|queue| ("queue".to_owned(), json!(queue))).into_iter().collect()
    }
}

impl CloudControl for QueuePolicy {
    // `AWS::SQS::QueuePolicy` has no handler that reads.
    const TYPE: &'static str = "AWS::SQS::QueueInlinePolicy";
    const PROPERTIES: &'static [Property] =
        &[Property::plain("queue", "Queue"), Property::plain("policy", "PolicyDocument")];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("queue", "Queue")];

    fn placed(inputs: &QueuePolicy<Resolved>, _identity: &Identity) -> Placed {
        Placed::at(inputs.queue.as_str(), Map::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/q";

    fn document() -> Value {
        json!({ "Version": "2012-10-17", "Statement": [] })
    }

    #[test]
    fn invalid_policies_are_refused() {
        let cases = [
            ("queue", QueuePolicy::new("q", document())),
            ("policy", QueuePolicy::new(URL, json!({ "Version": "2012-10-17" }))),
            ("policy", QueuePolicy::new(URL, json!({ "Statement": [] }))),
            ("policy", QueuePolicy::new(URL, json!("all"))),
        ];
        for (field, policy) in cases {
            let mut problems = Problems::new();
            policy.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_queue_has_one_policy() {
        let other = "https://sqs.eu-west-1.amazonaws.com/123456789012/other";
        let all = [URL, other, URL].map(|queue| QueuePolicy::new(queue, document()));
        let conflicts = QueuePolicy::conflicts(&all);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [2]);
    }
}
