//! Asynchronous inference: requests are queued, and responses are written to S3.

use serde::{Deserialize, Serialize};

use crate::aws::TopicArn;
use crate::resource::{Declared, Input, Phase, Problems};

/// Asynchronous inference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AsyncInference<P: Phase = Declared> {
    /// The destination of responses, `s3://BUCKET/PREFIX`.
    pub output: P::Of<String>,
    /// The destination of failures; they are dropped unless given.
    #[serde(default)]
    pub failures: Option<P::Of<String>>,
    /// The KMS key for responses; the bucket's default encryption unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The number of requests that one instance works on at once (1 to 1000); AWS chooses unless given.
    #[serde(default)]
    pub max_concurrent_per_instance: Option<u32>,
    /// The topics that are notified of finished requests.
    #[serde(default = "AsyncNotification::none")]
    pub notify: AsyncNotification<P>,
}

/// The topics that are notified of finished requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AsyncNotification<P: Phase = Declared> {
    /// The topic for responses.
    #[serde(default)]
    pub success: Option<P::Of<TopicArn>>,
    /// The topic for failures.
    #[serde(default)]
    pub failure: Option<P::Of<TopicArn>>,
}

impl<P: Phase> AsyncNotification<P> {
    /// Sends no notifications.
    pub fn none() -> Self {
        Self { success: None, failure: None }
    }
}

impl AsyncInference {
    /// Writes responses under an S3 prefix and sends no notifications.
    pub fn to(output: impl Into<Input<String>>) -> Self {
        Self {
            output: output.into(),
            failures: None,
            kms_key: None,
            max_concurrent_per_instance: None,
            notify: AsyncNotification::none(),
        }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let uris = [("output", Some(&self.output)), ("failures", self.failures.as_ref())];
        for (name, uri) in uris {
            if uri.and_then(Input::known).is_some_and(|uri| !uri.starts_with("s3://")) {
                problems.refuse(format!("async_inference.{name}"), "write s3://BUCKET/PREFIX");
            }
        }
        if self.max_concurrent_per_instance.is_some_and(|count| !(1..=1000).contains(&count)) {
            problems.refuse("async_inference.max_concurrent_per_instance", "AWS accepts 1 to 1000");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_asynchronous_inference_is_refused() {
        let problems_of = |inference: &AsyncInference| {
            let mut problems = Problems::new();
            inference.validate(&mut problems);
            problems
        };
        let plain = AsyncInference::to("s3://answers/llm");
        assert!(problems_of(&plain).is_empty());
        let wrong =
            AsyncInference { failures: Some("answers/failed".into()), max_concurrent_per_instance: Some(0), ..plain };
        let expected = ["async_inference.failures", "async_inference.max_concurrent_per_instance"];
        assert_eq!(problems_of(&wrong).fields(), expected);
    }
}
