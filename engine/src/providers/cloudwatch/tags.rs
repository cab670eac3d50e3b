//! Tags of CloudWatch. All kinds of the service are tagged by ARN.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::Tag;

use crate::sdk::{CallName, Context, Error};
use ebbtide::resource::{Tags, tag_changes};

/// Returns all tags of a resource, ownership tags included.
pub(super) async fn all_tags(context: &Context, arn: &str) -> Result<BTreeMap<String, String>, Error> {
    if let Some(tags) = context.listed_tags(arn).await {
        return Ok(tags);
    }
    let list = context.aws.cloudwatch().list_tags_for_resource().resource_arn(arn);
    let found = list.send().await.named("cloudwatch:ListTagsForResource")?;
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(found.tags().iter().map(|tag| (owned(tag.key()), owned(tag.value()))).collect())
}

/// Changes the tags of a resource from `from` to `to`.
pub(super) async fn update_tags(context: &Context, arn: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let cloudwatch = context.aws.cloudwatch();
    if !set.is_empty() {
        let tag = cloudwatch.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)));
        tag.send().await.named("cloudwatch:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = cloudwatch.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        untag.send().await.named("cloudwatch:UntagResource")?;
    }
    Ok(())
}

/// Returns tags in the SDK's form.
pub(super) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
