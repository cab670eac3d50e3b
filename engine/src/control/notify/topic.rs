//! An SNS topic.

use std::sync::Arc;

use aws_sdk_sns::types::MessageAttributeValue;

use super::notice::Notice;
use crate::sdk::{Aws, CallName as _, Error, built};

/// Publishes a notification on a topic, in the region of the topic's ARN.
pub(super) async fn publish(aws: &Arc<Aws>, arn: &str, notice: &Notice) -> Result<(), Error> {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let other = (!region.is_empty() && region != aws.region()).then(|| aws.in_region(region));
    let aws = other.as_ref().unwrap_or(aws);
    let mut message = notice.text.clone();
    if let Some(hint) = &notice.hint {
        message.push_str("\n\n");
        message.push_str(hint);
    }
    let mut publish = aws.sns().publish().topic_arn(arn).subject(notice.subject()).message(message);
    // Subscriptions can filter by these.
    let attributes = [
        ("kind", notice.kind.topic()),
        ("environment", &notice.environment),
        ("stack", &notice.stack),
        ("notification", &notice.id),
    ];
    for (name, value) in attributes {
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        publish = publish.message_attributes(name, built(attribute)?);
    }
    publish.send().await.named("sns:Publish").map(drop)
}
