//! Asynchronous inference: calls are queued, answers go to S3.

use aws_sdk_sagemaker::types::{
    AsyncInferenceClientConfig, AsyncInferenceConfig, AsyncInferenceNotificationConfig, AsyncInferenceOutputConfig,
};
use serde::{Deserialize, Serialize};

use super::variant::{signed, unsigned};
use crate::aws::TopicArn;
use crate::resource::{Declared, Input, Phase, Problems, Resolved};

/// Asynchronous inference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AsyncInference<P: Phase = Declared> {
    /// Where answers go, `s3://BUCKET/PREFIX`.
    pub output: P::Of<String>,
    /// Where failures go; nowhere unless given.
    #[serde(default)]
    pub failures: Option<P::Of<String>>,
    /// The key that answers are encrypted with; as the bucket does it unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// How many calls one instance works on at once (1 to 1000); as AWS chooses unless given.
    #[serde(default)]
    pub max_concurrent_per_instance: Option<u32>,
    /// Who is told about finished calls.
    #[serde(default = "AsyncNotification::nobody")]
    pub notify: AsyncNotification<P>,
}

/// Who is told about finished calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AsyncNotification<P: Phase = Declared> {
    /// The topic for answers.
    #[serde(default)]
    pub success: Option<P::Of<TopicArn>>,
    /// The topic for failures.
    #[serde(default)]
    pub failure: Option<P::Of<TopicArn>>,
}

impl<P: Phase> AsyncNotification<P> {
    /// Nobody is told.
    pub fn nobody() -> Self {
        Self { success: None, failure: None }
    }
}

impl AsyncInference {
    /// Answers go to this prefix, and nobody is told.
    pub fn to(output: impl Into<Input<String>>) -> Self {
        Self {
            output: output.into(),
            failures: None,
            kms_key: None,
            max_concurrent_per_instance: None,
            notify: AsyncNotification::nobody(),
        }
    }

    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let uris = [("output", Some(&self.output)), ("failures", self.failures.as_ref())];
        for (name, uri) in uris {
            if uri.and_then(Input::known).is_some_and(|uri| !uri.starts_with("s3://")) {
                problems.refuse(format!("async_inference.{name}"), "write s3://BUCKET/PREFIX");
            }
        }
        if self.max_concurrent_per_instance.is_some_and(|most| !(1..=1000).contains(&most)) {
            let field = "async_inference.max_concurrent_per_instance";
            problems.refuse(field, "AWS takes 1 to 1000");
        }
    }
}

impl AsyncInference<Resolved> {
    pub(super) fn to_sdk(&self) -> AsyncInferenceConfig {
        let text = |topic: &Option<TopicArn>| topic.as_ref().map(|topic| topic.0.clone());
        let told = self.notify.success.is_some() || self.notify.failure.is_some();
        let notification = told.then(|| {
            AsyncInferenceNotificationConfig::builder()
                .set_success_topic(text(&self.notify.success))
                .set_error_topic(text(&self.notify.failure))
                .build()
        });
        let output = AsyncInferenceOutputConfig::builder()
            .s3_output_path(&self.output)
            .set_s3_failure_path(self.failures.clone())
            .set_kms_key_id(self.kms_key.clone())
            .set_notification_config(notification)
            .build();
        let client = self.max_concurrent_per_instance.map(|most| {
            AsyncInferenceClientConfig::builder().max_concurrent_invocations_per_instance(signed(most)).build()
        });
        AsyncInferenceConfig::builder().output_config(output).set_client_config(client).build()
    }

    pub(super) fn from_sdk(config: &AsyncInferenceConfig) -> Self {
        let output = config.output_config();
        let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let notification = output.and_then(AsyncInferenceOutputConfig::notification_config);
        Self {
            output: output.and_then(|output| owned(output.s3_output_path())).unwrap_or_default(),
            failures: output.and_then(|output| owned(output.s3_failure_path())),
            kms_key: output.and_then(|output| owned(output.kms_key_id())),
            max_concurrent_per_instance: config
                .client_config()
                .and_then(|client| client.max_concurrent_invocations_per_instance())
                .map(unsigned),
            notify: AsyncNotification {
                success: notification.and_then(|told| owned(told.success_topic())).map(TopicArn),
                failure: notification.and_then(|told| owned(told.error_topic())).map(TopicArn),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asynchronous_inference_reads_back_as_it_was_sent() {
        let full = AsyncInference::<Resolved> {
            output: "s3://answers/llm".into(),
            failures: Some("s3://answers/failed".into()),
            kms_key: Some("alias/answers".into()),
            max_concurrent_per_instance: Some(4),
            notify: AsyncNotification { success: Some("arn:aws:sns:eu-west-1:1:ok".into()), failure: None },
        };
        assert_eq!(AsyncInference::from_sdk(&full.to_sdk()), full);
        let plain = AsyncInference {
            failures: None,
            kms_key: None,
            max_concurrent_per_instance: None,
            notify: AsyncNotification::nobody(),
            ..full
        };
        assert_eq!(AsyncInference::from_sdk(&plain.to_sdk()), plain);
    }
}
