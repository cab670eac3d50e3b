//! Tags: SageMaker has one API for all kinds of this service, by ARN.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::Tag;

use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::resource::{Tags, tag_changes};

/// Returns the tags of a create call: the resource's own and the ownership tags.
pub(super) fn creation_tags(context: &Context, own: &Tags) -> Vec<Tag> {
    sdk_tags(context.tags(own))
}

/// Reads all tags of a resource, ownership tags included.
pub(super) async fn all_tags(context: &Context, arn: &str) -> Result<BTreeMap<String, String>, Error> {
    if let Some(tags) = context.listed_tags(arn).await {
        return Ok(tags);
    }
    let mut pages = context.aws.sagemaker().list_tags().resource_arn(arn).into_paginator().items().send();
    let mut tags = BTreeMap::new();
    while let Some(tag) = pages.next().await {
        let tag = tag.named("sagemaker:ListTags")?;
        tags.insert(tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned());
    }
    Ok(tags)
}

/// Returns whether a resource carries the ownership tags of this identity. A resource that was deleted meanwhile does
/// not.
pub(super) async fn is_owned(context: &Context, arn: &str) -> Result<bool, Error> {
    let tags = all_tags(context, arn).await.optional()?;
    Ok(tags.is_some_and(|tags| context.identity.owns(&tags)))
}

/// Brings the tags of a resource from one state to another.
pub(super) async fn update_tags(context: &Context, arn: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let sagemaker = context.aws.sagemaker();
    if !set.is_empty() {
        let add = sagemaker.add_tags().resource_arn(arn).set_tags(Some(sdk_tags(set)));
        add.send().await.named("sagemaker:AddTags")?;
    }
    if !removed.is_empty() {
        let delete = sagemaker.delete_tags().resource_arn(arn).set_tag_keys(Some(removed));
        delete.send().await.named("sagemaker:DeleteTags")?;
    }
    Ok(())
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
