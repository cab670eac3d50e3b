//! Finding a resource again by its ownership tags.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types as sdk;

use super::tagging::tag_map;
use crate::sdk::{CallName, Context, Error};
use ebbtide::resource::Identity;

/// Returns the filters that select the resource of this identity by its ownership tags.
pub(super) fn ownership_filters(context: &Context) -> Vec<sdk::Filter> {
    let tags = context.identity.tags().into_iter();
    tags.map(|(key, value)| sdk::Filter::builder().name(format!("tag:{key}")).values(value).build()).collect()
}

/// Returns the id of the resource of this identity among all pages of a describe call.
///
/// The tags are checked although the call filters by them: a resource must never be adopted by mistake. `id` returns `None`
/// for a resource that is gone already but still listed.
pub(super) async fn find_owned<T, E>(
    context: &Context,
    call: &str,
    pages: impl Future<Output = Result<Vec<T>, SdkError<E>>>,
    id: fn(&T) -> Option<&str>,
    tags: fn(&T) -> &[sdk::Tag],
) -> Result<Option<String>, Error>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let listed = pages.await.named(call)?;
    Ok(owned_id(&context.identity, &listed, id, tags).map(str::to_owned))
}

fn owned_id<'a, T>(
    identity: &Identity,
    listed: &'a [T],
    id: fn(&T) -> Option<&str>,
    tags: fn(&T) -> &[sdk::Tag],
) -> Option<&'a str> {
    listed.iter().filter(|resource| identity.owns(&tag_map(tags(resource)))).find_map(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::resource::Scope;

    fn identity(generation: u32) -> Identity {
        let scope = Scope {
            environment: "prod".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        scope.identity("lineage", &"ec2_vpc.main".parse().unwrap(), generation)
    }

    fn vpc(id: Option<&str>, generation: u32) -> sdk::Vpc {
        let tags = identity(generation).tags().into_iter();
        let tags = tags.map(|(key, value)| sdk::Tag::builder().key(key).value(value).build()).collect();
        sdk::Vpc::builder().set_vpc_id(id.map(str::to_owned)).set_tags(Some(tags)).build()
    }

    fn owned(listed: &[sdk::Vpc]) -> Option<&str> {
        owned_id(&identity(1), listed, sdk::Vpc::vpc_id, sdk::Vpc::tags)
    }

    #[test]
    fn only_a_resource_of_the_same_generation_is_found() {
        let untagged = sdk::Vpc::builder().vpc_id("vpc-0").build();
        assert_eq!(owned(&[untagged.clone(), vpc(Some("vpc-2"), 2)]), None);
        assert_eq!(owned(&[untagged, vpc(Some("vpc-2"), 2), vpc(Some("vpc-1"), 1)]), Some("vpc-1"));
    }

    #[test]
    fn a_resource_that_is_gone_is_skipped() {
        assert_eq!(owned(&[vpc(None, 1), vpc(Some("vpc-1"), 1)]), Some("vpc-1"));
    }
}
