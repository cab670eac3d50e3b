//! Tags: Bedrock has one API for all kinds of this service, by ARN.

use std::collections::BTreeMap;

use aws_sdk_bedrock::types::Tag;

use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::resource::{Tags, tag_changes};

/// Returns the tags of a create call: the resource's own and the ownership tags.
pub(super) fn creation_tags(context: &Context, own: &Tags) -> Result<Vec<Tag>, Error> {
    sdk_tags(context.tags(own))
}

/// Reads all tags of a resource, ownership tags included.
pub(super) async fn all_tags(context: &Context, arn: &str) -> Result<BTreeMap<String, String>, Error> {
    if let Some(tags) = context.listed_tags(arn).await {
        return Ok(tags);
    }
    let list = context.aws.bedrock().list_tags_for_resource().resource_arn(arn);
    let tags = list.send().await.named("bedrock:ListTagsForResource")?;
    Ok(tags.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

/// Returns whether a resource carries the ownership tags of this identity. A resource that was deleted meanwhile does not.
pub(super) async fn is_owned(context: &Context, arn: &str) -> Result<bool, Error> {
    let tags = all_tags(context, arn).await.optional()?;
    Ok(tags.is_some_and(|tags| context.identity.owns(&tags)))
}

/// Brings the tags of a resource from one state to another.
pub(super) async fn update_tags(context: &Context, arn: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let bedrock = context.aws.bedrock();
    if !set.is_empty() {
        let tag = bedrock.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)?));
        tag.send().await.named("bedrock:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = bedrock.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        untag.send().await.named("bedrock:UntagResource")?;
    }
    Ok(())
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Result<Vec<Tag>, Error> {
    tags.into_iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}
