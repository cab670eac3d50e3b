//! `sqs_queue`: a queue.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::QueueArn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 80;

/// The end of the names of FIFO queues.
const FIFO: &str = ".fifo";

/// A queue.
///
/// ```
/// # use ebbtide::aws::sqs::{DeadLetter, Queue};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let failed = stack.add("failed", Queue { retention_seconds: 1_209_600, ..Queue::new() });
/// let dead_letter = Some(DeadLetter { queue: failed.arn, max_receives: 5 });
/// let drift = stack.add("drift", Queue { visibility_timeout_seconds: 300, dead_letter, ..Queue::new() });
/// stack.output("QUEUE_URL", &drift.url);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Queue<P: Phase = Declared> {
    /// The name, up to 80 letters, digits, hyphens and underscores, with the end `.fifo` for a FIFO queue; derived from
    /// environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether messages are delivered in order and once.
    #[serde(default)]
    pub fifo: bool,
    /// Whether equal messages of a FIFO queue within five minutes count as one.
    #[serde(default)]
    pub content_based_deduplication: Option<bool>,
    /// The seconds for which a new message is not delivered, up to 900.
    #[serde(default)]
    pub delay_seconds: u32,
    /// The size of the largest message, 1,024 to 1,048,576 bytes.
    #[serde(default = "max_message_bytes")]
    pub max_message_bytes: u32,
    /// The seconds for which a message is kept, 60 to 1,209,600.
    #[serde(default = "retention_seconds")]
    pub retention_seconds: u32,
    /// The seconds for which a receive call waits for a message, up to 20.
    #[serde(default)]
    pub receive_wait_seconds: u32,
    /// The seconds for which a message that was received is hidden from others, up to 43,200.
    #[serde(default = "visibility_timeout_seconds")]
    pub visibility_timeout_seconds: u32,
    /// The id, ARN or alias of the KMS key that encrypts messages at rest; a key of SQS unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The queue for messages that nobody could process.
    #[serde(default)]
    pub dead_letter: Option<DeadLetter<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The queue for messages that nobody could process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DeadLetter<P: Phase = Declared> {
    /// The queue, of the same sort: a FIFO queue for a FIFO queue.
    pub queue: P::Of<QueueArn>,
    /// How often a message is received before it goes there, 1 to 1,000.
    pub max_receives: u32,
}

fn max_message_bytes() -> u32 {
    1_048_576
}

fn retention_seconds() -> u32 {
    345_600
}

fn visibility_timeout_seconds() -> u32 {
    30
}

impl Queue {
    /// Creates a queue with AWS's defaults.
    pub fn new() -> Self {
        Self {
            name: None,
            fifo: false,
            content_based_deduplication: None,
            delay_seconds: 0,
            max_message_bytes: max_message_bytes(),
            retention_seconds: retention_seconds(),
            receive_wait_seconds: 0,
            visibility_timeout_seconds: visibility_timeout_seconds(),
            kms_key: None,
            dead_letter: None,
            tags: Tags::new(),
        }
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> Queue<P> {
    /// Returns the name that the queue has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        let end = if self.fifo { FIFO } else { "" };
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH - end.len()) + end)
    }
}

/// Returns the URL of a queue, which is its id.
fn url(identity: &Identity, name: &str) -> String {
    let scope = &identity.scope;
    format!("https://sqs.{}.{}/{}/{name}", scope.region, scope.dns_suffix(), scope.account)
}

/// The outputs of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct QueueOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<QueueArn>,
    /// The URL, to which messages are sent.
    pub url: P::Of<String>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Queue {
    const KIND: &'static str = "sqs_queue";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(Queue: name, fifo);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Queue<Resolved>;
    type Outputs<P: Phase> = QueueOutputs<P>;

    fn billing(&self) -> Billing {
        let item = if self.fifo { "sqs.fifo" } else { "sqs.standard" };
        Billing::Charges(vec![Charge::by_use(item, "requests")])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(|name| name_problem(name, self.fifo)) {
            problems.refuse("name", problem);
        }
        for (field, value, least, most) in [
            ("delay_seconds", self.delay_seconds, 0, 900),
            ("max_message_bytes", self.max_message_bytes, 1024, 1_048_576),
            ("retention_seconds", self.retention_seconds, 60, 1_209_600),
            ("receive_wait_seconds", self.receive_wait_seconds, 0, 20),
            ("visibility_timeout_seconds", self.visibility_timeout_seconds, 0, 43_200),
        ] {
            if !(least..=most).contains(&value) {
                problems.refuse(field, format!("is {value}; AWS takes {least} to {most}"));
            }
        }
        if self.content_based_deduplication.is_some() && !self.fifo {
            problems.refuse("content_based_deduplication", "is for FIFO queues: set `fifo`, or leave it out");
        }
        if self.kms_key.as_ref().and_then(Input::known).is_some_and(String::is_empty) {
            problems.refuse("kms_key", "is empty; leave it out for a key of SQS");
        }
        if let Some(dead_letter) = &self.dead_letter {
            if !(1..=1000).contains(&dead_letter.max_receives) {
                let text = format!("max_receives is {}; AWS takes 1 to 1000", dead_letter.max_receives);
                problems.refuse("dead_letter", text);
            }
            let is_fifo = |arn: &QueueArn| arn.as_str().ends_with(FIFO);
            if dead_letter.queue.known().is_some_and(|arn| is_fifo(arn) != self.fifo) {
                problems.refuse("dead_letter", "is of the other sort: that of a FIFO queue is a FIFO queue as well");
            }
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |queue| queue.name.as_ref(), |name| format!("another queue is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(identity.scope.arn("sqs", &name)));
            known.insert("url".to_owned(), json!(url(identity, &name)));
        }
        known
    }
}

impl CloudControl for Queue {
    const TYPE: &'static str = "AWS::SQS::Queue";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "QueueName"),
        Property::flag("fifo", "FifoQueue"),
        Property::plain("content_based_deduplication", "ContentBasedDeduplication"),
        Property::plain("delay_seconds", "DelaySeconds"),
        Property::plain("max_message_bytes", "MaximumMessageSize"),
        Property::plain("retention_seconds", "MessageRetentionPeriod"),
        Property::plain("receive_wait_seconds", "ReceiveMessageWaitTimeSeconds"),
        Property::plain("visibility_timeout_seconds", "VisibilityTimeout"),
        Property::plain("kms_key", "KmsMasterKeyId").has_no_default(),
        Property::object("dead_letter", "RedrivePolicy", DEAD_LETTER).has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("url", "QueueUrl"), ("name", "QueueName")];
    const DATA: Option<&'static str> = Some("messages");

    fn placed(inputs: &Queue<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(url(identity, &name), Map::from_iter([("QueueName".to_owned(), json!(name))]))
    }
}

const DEAD_LETTER: &[Property] =
    &[Property::plain("queue", "deadLetterTargetArn"), Property::plain("max_receives", "maxReceiveCount")];

/// Returns the reason why AWS would refuse a name.
fn name_problem(name: &str, fifo: bool) -> Option<String> {
    let stem = if fifo { name.strip_suffix(FIFO) } else { Some(name) };
    let fits = stem
        .is_some_and(|stem| !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
        && name.len() <= MAX_NAME_LENGTH;
    let end = if fifo { " and the end `.fifo`" } else { "" };
    (!fits).then(|| {
        format!(
            "`{name}` is not the name of such a queue: use 1 to {MAX_NAME_LENGTH} letters, digits, `-` and `_`{end}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_queues_are_refused() {
        let dead_letter = |queue: &str, max_receives| Some(DeadLetter { queue: queue.into(), max_receives });
        let other = "arn:aws:sqs:eu-west-1:1:other";
        let cases = [
            ("name", Queue { name: Some("jobs.fifo".into()), ..Queue::new() }),
            ("name", Queue { name: Some("jobs".into()), fifo: true, ..Queue::new() }),
            ("delay_seconds", Queue { delay_seconds: 901, ..Queue::new() }),
            ("max_message_bytes", Queue { max_message_bytes: 1, ..Queue::new() }),
            ("retention_seconds", Queue { retention_seconds: 59, ..Queue::new() }),
            ("receive_wait_seconds", Queue { receive_wait_seconds: 21, ..Queue::new() }),
            ("visibility_timeout_seconds", Queue { visibility_timeout_seconds: 43_201, ..Queue::new() }),
            ("content_based_deduplication", Queue { content_based_deduplication: Some(true), ..Queue::new() }),
            ("kms_key", Queue { kms_key: Some("".into()), ..Queue::new() }),
            ("dead_letter", Queue { dead_letter: dead_letter(other, 0), ..Queue::new() }),
            ("dead_letter", Queue { dead_letter: dead_letter(other, 1), fifo: true, ..Queue::new() }),
            ("tags", Queue { tags: Tags::from([("team".into(), "a,b".into())]), ..Queue::new() }),
        ];
        for (field, queue) in cases {
            let mut problems = Problems::new();
            queue.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
