//! Tags of EC2: one API for all kinds of this service.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use crate::engine::sdk::{CallName, Context, Error};
use crate::resource::{Problems, Tags, own_tags, tag_changes};

/// The tags of a create call: the resource's own and the ownership tags.
pub(super) fn specification(context: &Context, kind: ResourceType, own: &Tags) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(
            context.tags(own).into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect(),
        ))
        .build()
}

/// The filters that find the resource of an identity by its ownership tags.
pub(super) fn ownership_filters(context: &Context) -> Vec<Filter> {
    context
        .identity
        .tags()
        .into_iter()
        .map(|(key, value)| Filter::builder().name(format!("tag:{key}")).values(value).build())
        .collect()
}

/// Whether tags read from EC2 say that the resource is the one of this identity.
pub(super) fn owned(context: &Context, tags: &[Tag]) -> bool {
    let tags = tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect();
    context.identity.owns(&tags)
}

/// A resource's own tags as read from EC2.
pub(super) fn read_tags(tags: &[Tag]) -> Tags {
    own_tags(tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))))
}

/// Brings the tags of a resource from one state to another.
pub(super) async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let ec2 = context.aws.ec2();
    if !set.is_empty() {
        let tags = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        ec2.create_tags().resources(id).set_tags(Some(tags)).send().await.named("ec2:CreateTags")?;
    }
    if !removed.is_empty() {
        let tags = removed.into_iter().map(|key| Tag::builder().key(key).build()).collect();
        ec2.delete_tags().resources(id).set_tags(Some(tags)).send().await.named("ec2:DeleteTags")?;
    }
    Ok(())
}
