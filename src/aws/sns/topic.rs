//! `sns_topic`: a topic.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::TopicArn;
use crate::aws::iam::{Policy, Purpose};
use crate::aws::lists::repeat_conflicts;
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 256;

/// The length of the longest display name that AWS accepts, in characters.
const MAX_DISPLAY_NAME_LENGTH: usize = 100;

/// A topic.
///
/// ```
/// # use ebbtide::aws::iam::{Policy, Principal};
/// # use ebbtide::aws::sns::Topic;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let alarms = Policy::new().allow(["SNS:Publish"]).to(Principal::service("cloudwatch.amazonaws.com")).on_itself();
/// let topic = stack.add("alerts", Topic { policy: Some(alarms), ..Topic::new() });
/// stack.output("TOPIC_ARN", &topic.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Topic<P: Phase = Declared> {
    /// The name, up to 256 letters, digits, hyphens and underscores; derived from environment, stack and address unless
    /// given.
    #[serde(default)]
    pub name: Option<String>,
    /// The sender of e-mails, up to 100 characters.
    #[serde(default)]
    pub display_name: String,
    /// The id, ARN or alias of the KMS key that encrypts messages at rest; no encryption by KMS unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The access policy, in which `on_itself` names the topic. Unless given, AWS's default policy admits the account.
    #[serde(default)]
    pub policy: Option<Policy<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Topic {
    /// Creates a topic that its account can use.
    pub fn new() -> Self {
        Self { name: None, display_name: String::new(), kms_key: None, policy: None, tags: Tags::new() }
    }
}

impl Default for Topic {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> Topic<P> {
    /// Returns the name that the topic has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }

    /// Returns the ARN that the topic has in AWS.
    #[doc(hidden)]
    pub fn aws_arn(&self, identity: &Identity) -> String {
        identity.scope.arn("sns", &self.aws_name(identity))
    }
}

/// The outputs of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TopicOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<TopicArn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Topic {
    const KIND: &'static str = "sns_topic";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Topic: name);
    type Resolved = Topic<Resolved>;
    type Outputs<P: Phase> = TopicOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::by_use("sns.request", "requests")])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.display_name.chars().count() > MAX_DISPLAY_NAME_LENGTH {
            problems.refuse("display_name", format!("is longer than {MAX_DISPLAY_NAME_LENGTH} characters"));
        }
        if self.kms_key.as_ref().and_then(Input::known).is_some_and(String::is_empty) {
            problems.refuse("kms_key", "is empty; leave it out for no encryption by KMS");
        }
        for problem in self.policy.iter().flat_map(|policy| policy.problems(Purpose::Resource)) {
            problems.refuse("policy", problem);
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |topic| topic.name.as_ref(), |name| format!("another topic is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let mut known = Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(self.aws_arn(identity)));
        }
        known
    }
}

/// Returns the reason why AWS would refuse a name.
fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    (!fits).then(|| {
        format!(
            "`{name}` is not a topic name: use 1 to {MAX_NAME_LENGTH} letters, digits, `-` and `_` (FIFO topics are \
             not supported)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_topics_are_refused() {
        let cases = [
            ("name", Topic { name: Some("alarms.fifo".into()), ..Topic::new() }),
            ("display_name", Topic { display_name: "x".repeat(101), ..Topic::new() }),
            ("kms_key", Topic { kms_key: Some("".into()), ..Topic::new() }),
            ("policy", Topic { policy: Some(Policy::new().allow(["sns:Publish"]).on_itself()), ..Topic::new() }),
            ("tags", Topic { tags: Tags::from([("aws:team".into(), "llm".into())]), ..Topic::new() }),
        ];
        for (field, topic) in cases {
            let mut problems = Problems::new();
            topic.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
