//! `bedrock_invocation_logging`: the log of all invocations of models in an account and region.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::{BucketName, LogGroupName, RoleArn};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields,
};

/// The log of the invocations of all models in an account and region: to a log group, to a bucket, or to both.
///
/// AWS has **one** for each account and region, without a name and without tags. So a configuration that is there already is left alone, and the
/// creation is refused, also where another stack has made it: remove that one first, with
/// `aws bedrock delete-model-invocation-logging-configuration`, and this stack takes over. A destruction deletes the configuration only
/// while it still leads to the declared log group or bucket.
///
/// The role trusts `bedrock.amazonaws.com` and may write to the log group. The policy of the bucket lets `bedrock.amazonaws.com` write.
///
/// ```
/// # use ebbtide::aws::bedrock::InvocationLogging;
/// # use ebbtide::aws::iam::{Policy, Role};
/// # use ebbtide::aws::logs::LogGroup;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let group = stack.add("invocations", LogGroup::new("/bedrock/invocations", 90));
/// let write = Policy::new().allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on(group.arn.then(":*").text());
/// let role = stack.add("invocations", Role::new(Policy::trust("bedrock.amazonaws.com")).policy("write", write));
/// stack.add("invocations", InvocationLogging::to_log_group(&group.name, &role.arn));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InvocationLogging<P: Phase = Declared> {
    /// The log group.
    #[serde(default)]
    pub log_group: Option<P::Of<LogGroupName>>,
    /// The role that writes to the log group, which it needs.
    #[serde(default)]
    pub role: Option<P::Of<RoleArn>>,
    /// The bucket for what is too large for the log group: data beyond 100 KB, and binary data.
    #[serde(default)]
    pub large_data_bucket: Option<P::Of<BucketName>>,
    /// The beginning of the keys of large data.
    #[serde(default)]
    pub large_data_prefix: Option<String>,
    /// The bucket.
    #[serde(default)]
    pub bucket: Option<P::Of<BucketName>>,
    /// The beginning of the keys in the bucket.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Whether texts are logged.
    pub text: bool,
    /// Whether images are.
    pub images: bool,
    /// Whether embeddings are.
    pub embeddings: bool,
    /// Whether videos are.
    pub video: bool,
    /// Whether sound is.
    pub audio: bool,
}

impl InvocationLogging {
    fn of_everything() -> Self {
        Self {
            log_group: None,
            role: None,
            large_data_bucket: None,
            large_data_prefix: None,
            bucket: None,
            prefix: None,
            text: true,
            images: true,
            embeddings: true,
            video: true,
            audio: true,
        }
    }

    /// Creates a log in a log group.
    pub fn to_log_group(log_group: impl Into<Input<LogGroupName>>, role: impl Into<Input<RoleArn>>) -> Self {
        Self { log_group: Some(log_group.into()), role: Some(role.into()), ..Self::of_everything() }
    }

    /// Creates a log in a bucket.
    pub fn to_bucket(bucket: impl Into<Input<BucketName>>) -> Self {
        Self { bucket: Some(bucket.into()), ..Self::of_everything() }
    }
}

/// The outputs of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InvocationLoggingOutputs<P: Phase> {
    /// The region, the invocations in which are logged.
    pub region: P::Of<String>,
}

impl Resource for InvocationLogging {
    const KIND: &'static str = "bedrock_invocation_logging";
    const PERSISTENCE: Persistence = Persistence::Durable;
    // A configuration that leads elsewhere is no longer recognized as the one that was made.
    const REPLACE_ON: &'static [&'static str] = fields!(InvocationLogging: log_group, bucket);
    // There is one in an account and region.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = InvocationLogging<Resolved>;
    type Outputs<P: Phase> = InvocationLoggingOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills what is written where it is written: in the log group and in the bucket")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.log_group.is_none() && self.bucket.is_none() {
            problems.refuse("log_group", "is missing, and so is the bucket: give one of them or both");
        }
        match (&self.log_group, &self.role) {
            (Some(_), None) => problems.refuse("role", "is missing, which writes to the log group"),
            (None, Some(_)) => problems.refuse("role", "is for a log group, and there is none: leave it out"),
            _ => {}
        }
        if self.log_group.is_none() && self.large_data_bucket.is_some() {
            problems.refuse("large_data_bucket", "is for a log group, and there is none: leave it out");
        }
        for (field, prefix, bucket) in [
            ("prefix", &self.prefix, &self.bucket),
            ("large_data_prefix", &self.large_data_prefix, &self.large_data_bucket),
        ] {
            match (prefix, bucket) {
                (Some(_), None) => problems.refuse(field, "is given without its bucket"),
                // AWS shows no empty prefix.
                (Some(prefix), _) if prefix.is_empty() => problems.refuse(field, "is empty: leave it out"),
                (Some(prefix), _) if prefix.len() > 1024 => problems.refuse(field, "is longer than 1024 characters"),
                _ => {}
            }
        }
        if ![self.text, self.images, self.embeddings, self.video, self.audio].contains(&true) {
            problems.refuse("text", "is false, as are all others: nothing would be logged");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let message = "AWS has one log of invocations in an account and region, and another is declared already";
        (1..all.len()).map(|index| Conflict { index, message: message.to_owned() }).collect()
    }

    /// Returns the group of the log.
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        self.log_group.as_ref().and_then(Input::known).map(ToString::to_string).into_iter().collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("region".to_owned(), json!(identity.scope.region))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_logs_are_refused() {
        let group = || InvocationLogging::to_log_group("group", "role");
        let bucket = || InvocationLogging::to_bucket("bucket");
        let none = InvocationLogging { bucket: None, ..bucket() };
        let silent =
            InvocationLogging { text: false, images: false, embeddings: false, video: false, audio: false, ..bucket() };
        let cases = [
            ("log_group", none),
            ("role", InvocationLogging { role: None, ..group() }),
            ("role", InvocationLogging { role: Some("role".into()), ..bucket() }),
            ("large_data_bucket", InvocationLogging { large_data_bucket: Some("large".into()), ..bucket() }),
            ("prefix", InvocationLogging { prefix: Some("a".into()), ..group() }),
            ("prefix", InvocationLogging { prefix: Some(String::new()), ..bucket() }),
            ("prefix", InvocationLogging { prefix: Some("x".repeat(1025)), ..bucket() }),
            ("large_data_prefix", InvocationLogging { large_data_prefix: Some("a".into()), ..group() }),
            ("text", silent),
        ];
        for (field, logging) in cases {
            let mut problems = Problems::new();
            logging.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        InvocationLogging { bucket: Some("bucket".into()), ..group() }.validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(InvocationLogging::conflicts(&[group(), bucket()]).len(), 1);
    }
}
