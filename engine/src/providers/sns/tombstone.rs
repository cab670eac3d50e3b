//! Tombstones of subscriptions that were deleted before their receiver had confirmed them.
//!
//! AWS has no call that ends an unconfirmed subscription: AWS lists it for three more days. A tag on the topic records that
//! it counts as deleted, for this and every later command.

use super::tags::{MISSING, all_tags, sdk_tags};
use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::resource::{Tags, digest};

/// Returns the tag key of a subscription's tombstone. The prefix of ownership tags keeps it out of the topic's own tags.
fn key(subscription: &str) -> String {
    format!("ebb:unsubscribed:{}", digest(subscription, 16))
}

/// Records an unconfirmed subscription as deleted.
pub(super) async fn set(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    let tags = sdk_tags(Tags::from([(key(subscription), "pending".to_owned())]))?;
    let tag = context.aws.sns().tag_resource().resource_arn(topic).set_tags(Some(tags));
    tag.send().await.named("sns:TagResource").unless_missing(MISSING).map(drop)
}

/// Removes the tombstone of a subscription, if there is one.
pub(super) async fn clear(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    if is_set(context, topic, subscription).await? {
        let untag = context.aws.sns().untag_resource().resource_arn(topic).tag_keys(key(subscription));
        untag.send().await.named("sns:UntagResource")?;
    }
    Ok(())
}

/// Returns whether an unconfirmed subscription counts as deleted. Without its topic it does.
pub(super) async fn is_set(context: &Context, topic: &str, subscription: &str) -> Result<bool, Error> {
    let tags = all_tags(context, topic).await?;
    Ok(tags.is_none_or(|tags| tags.contains_key(&key(subscription))))
}
