//! Conversions of asynchronous inference.

use aws_sdk_sagemaker::types::{
    AsyncInferenceClientConfig, AsyncInferenceConfig, AsyncInferenceNotificationConfig, AsyncInferenceOutputConfig,
};

use super::kms_key::key_as_declared;
use super::variant::unless_left_open;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::TopicArn;
use ebbtide::aws::sagemaker::{AsyncInference, AsyncNotification};
use ebbtide::resource::Resolved;

/// Converts asynchronous inference for a create call.
pub(super) fn async_inference_to_sdk(inference: &AsyncInference<Resolved>) -> AsyncInferenceConfig {
    let text = |topic: &Option<TopicArn>| topic.as_ref().map(|topic| topic.0.clone());
    let notify = &inference.notify;
    let notification = (notify.success.is_some() || notify.failure.is_some()).then(|| {
        AsyncInferenceNotificationConfig::builder()
            .set_success_topic(text(&notify.success))
            .set_error_topic(text(&notify.failure))
            .build()
    });
    let output = AsyncInferenceOutputConfig::builder()
        .s3_output_path(&inference.output)
        .set_s3_failure_path(inference.failures.clone())
        .set_kms_key_id(inference.kms_key.clone())
        .set_notification_config(notification)
        .build();
    let client = inference.max_concurrent_per_instance.map(|count| {
        AsyncInferenceClientConfig::builder().max_concurrent_invocations_per_instance(signed(count)).build()
    });
    AsyncInferenceConfig::builder().output_config(output).set_client_config(client).build()
}

/// Reads asynchronous inference. `last` is the declared one.
pub(super) fn read_async_inference(
    config: &AsyncInferenceConfig,
    last: Option<&AsyncInference<Resolved>>,
) -> AsyncInference<Resolved> {
    let output = config.output_config();
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let notification = output.and_then(AsyncInferenceOutputConfig::notification_config);
    AsyncInference {
        output: output.and_then(|output| owned(output.s3_output_path())).unwrap_or_default(),
        failures: output.and_then(|output| owned(output.s3_failure_path())),
        kms_key: key_as_declared(
            output.and_then(AsyncInferenceOutputConfig::kms_key_id),
            last.map(|last| &last.kms_key),
        ),
        max_concurrent_per_instance: unless_left_open(
            config.client_config().and_then(|client| client.max_concurrent_invocations_per_instance()).map(unsigned),
            last.map(|last| last.max_concurrent_per_instance),
        ),
        notify: AsyncNotification {
            success: notification.and_then(|notify| owned(notify.success_topic())).map(TopicArn),
            failure: notification.and_then(|notify| owned(notify.error_topic())).map(TopicArn),
        },
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
        assert_eq!(read_async_inference(&async_inference_to_sdk(&full), None), full);
        let plain = AsyncInference {
            failures: None,
            kms_key: None,
            max_concurrent_per_instance: None,
            notify: AsyncNotification::none(),
            ..full
        };
        assert_eq!(read_async_inference(&async_inference_to_sdk(&plain), Some(&plain)), plain);
    }
}
