//! Marks on a topic for subscriptions that were deleted while nobody had confirmed them.
//!
//! AWS has no call that ends such a subscription: it lists it for three more days. A tag on the topic says that it
//! counts as gone, for this and every later command.

use super::topic::{all_tags, sdk_tags};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Tags, digest};

/// The key of a subscription's mark: an ownership tag's prefix keeps it out of the topic's own tags.
fn key(subscription: &str) -> String {
    format!("ebb:unsubscribed:{}", digest(subscription, 16))
}

/// Marks a pending subscription as deleted.
pub(super) async fn set(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    let tags = sdk_tags(Tags::from([(key(subscription), "pending".to_owned())]))?;
    let tag = context.aws.sns().tag_resource().resource_arn(topic).set_tags(Some(tags));
    tag.send().await.named("sns:TagResource").optional().map(drop)
}

/// Takes the mark away, if there is one.
pub(super) async fn clear(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    if is_set(context, topic, subscription).await? {
        let untag = context.aws.sns().untag_resource().resource_arn(topic).tag_keys(key(subscription));
        untag.send().await.named("sns:UntagResource")?;
    }
    Ok(())
}

/// Whether a pending subscription was deleted.
pub(super) async fn is_set(context: &Context, topic: &str, subscription: &str) -> Result<bool, Error> {
    let tags = all_tags(context, topic).await?;
    Ok(tags.is_none_or(|tags| tags.contains_key(&key(subscription))))
}
