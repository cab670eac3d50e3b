//! Tags of topics. Subscriptions have none.

use aws_sdk_sns::types::Tag;
use tokio::sync::Mutex;

use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::resource::{Tags, tag_changes};

/// The codes with which SNS says that a topic or a subscription does not exist; calls on tags have their own.
pub(super) const MISSING: &[&str] = &["NotFound", "ResourceNotFound"];

/// Returns all tags of a topic, ownership tags included; `None` if there is no such topic.
pub(super) async fn all_tags(context: &Context, arn: &str) -> Result<Option<Tags>, Error> {
    if let Some(tags) = context.listed_tags(arn).await {
        return Ok(Some(tags));
    }
    let list = context.aws.sns().list_tags_for_resource().resource_arn(arn);
    let listed = list.send().await.named("sns:ListTagsForResource").unless_missing(MISSING)?;
    Ok(listed.map(|listed| listed.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()))
}

/// Held while tags of a topic are changed: SNS refuses two changes at once, and the subscriptions of a topic are deleted at
/// the same time.
static CHANGING: Mutex<()> = Mutex::const_new(());

/// Sets tags of a topic.
pub(super) async fn set_tags(context: &Context, arn: &str, tags: Tags) -> Result<(), Error> {
    let tag = context.aws.sns().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)?));
    let _changing = CHANGING.lock().await;
    tag.send().await.named("sns:TagResource").map(drop)
}

/// Removes tags of a topic.
pub(super) async fn remove_tags(context: &Context, arn: &str, keys: Vec<String>) -> Result<(), Error> {
    let untag = context.aws.sns().untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
    let _changing = CHANGING.lock().await;
    untag.send().await.named("sns:UntagResource").map(drop)
}

/// Changes the tags of a topic from `from` to `to`.
pub(super) async fn update_tags(context: &Context, arn: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    if !set.is_empty() {
        set_tags(context, arn, set).await?;
    }
    if !removed.is_empty() {
        remove_tags(context, arn, removed).await?;
    }
    Ok(())
}

/// Returns tags in the SDK's form.
pub(super) fn sdk_tags(tags: Tags) -> Result<Vec<Tag>, Error> {
    tags.into_iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}
