//! Tags of EC2: one API for all kinds of this service.

use aws_sdk_ec2::types as sdk;

use crate::sdk::{CallName, Context, Error};
use ebbtide::resource::{Tags, own_tags, tag_changes};

/// Returns the tags of a create call: the resource's own and the ownership tags.
pub(super) fn tag_specification(context: &Context, kind: sdk::ResourceType, own: &Tags) -> sdk::TagSpecification {
    sdk::TagSpecification::builder().resource_type(kind).set_tags(Some(tags_to_sdk(context.tags(own)))).build()
}

/// Returns all tags read from EC2 as keys and values.
pub(super) fn tag_map(tags: &[sdk::Tag]) -> Tags {
    tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect()
}

/// Returns a resource's own tags as read from EC2.
pub(super) fn read_tags(tags: &[sdk::Tag]) -> Tags {
    own_tags(tag_map(tags))
}

/// Changes the tags of a resource from one state to another.
pub(super) async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let ec2 = context.aws.ec2();
    if !set.is_empty() {
        let request = ec2.create_tags().resources(id).set_tags(Some(tags_to_sdk(set)));
        request.send().await.named("ec2:CreateTags")?;
    }
    if !removed.is_empty() {
        let keys = removed.into_iter().map(|key| sdk::Tag::builder().key(key).build()).collect();
        ec2.delete_tags().resources(id).set_tags(Some(keys)).send().await.named("ec2:DeleteTags")?;
    }
    Ok(())
}

fn tags_to_sdk(tags: Tags) -> Vec<sdk::Tag> {
    tags.into_iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ownership_tags_and_tags_of_aws_are_not_the_resources_own() {
        let keys = ["team", "ebb:stack", "aws:cloudformation:stack-name"];
        let read: Vec<_> = keys.map(|key| sdk::Tag::builder().key(key).value("x").build()).into();
        assert_eq!(tag_map(&read).len(), 3);
        assert_eq!(read_tags(&read), Tags::from([("team".to_owned(), "x".to_owned())]));
    }
}
