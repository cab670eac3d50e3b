//! Tombstones of subscriptions that were deleted before their receiver had confirmed them.
//!
//! AWS has no call that ends an unconfirmed subscription: AWS lists it for three more days. A tag on the topic records that
//! it counts as deleted, for this and every later command.

use super::tags::{MISSING, all_tags, remove_tags, set_tags};
use crate::sdk::{Context, Error, OptionalCall};
use ebbtide::resource::{Tags, digest};

/// Returns the tag key of a subscription's tombstone. The prefix of ownership tags keeps it out of the topic's own tags.
fn key(subscription: &str) -> String {
    format!("ebb:unsubscribed:{}", digest(subscription, 16))
}

/// Records an unconfirmed subscription as deleted.
pub(super) async fn set(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    let tags = Tags::from([(key(subscription), "pending".to_owned())]);
    set_tags(context, topic, tags).await.unless_missing(MISSING).map(drop)
}

/// Removes the tombstone of a subscription, if there is one.
pub(super) async fn clear(context: &Context, topic: &str, subscription: &str) -> Result<(), Error> {
    if is_set(context, topic, subscription).await? {
        remove_tags(context, topic, vec![key(subscription)]).await?;
    }
    Ok(())
}

/// Returns whether an unconfirmed subscription counts as deleted. Without its topic it does.
pub(super) async fn is_set(context: &Context, topic: &str, subscription: &str) -> Result<bool, Error> {
    let tags = all_tags(context, topic).await?;
    Ok(tags.is_none_or(|tags| tags.contains_key(&key(subscription))))
}
