//! What a bucket data: counting it, and deleting all of it.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};

/// The most objects of one call, to list or to delete.
const PAGE: i32 = 1000;

/// What a bucket holds in words, or `None` if it is empty (or gone). Versions and delete markers count each.
pub(super) async fn holds(context: &Context, bucket: &str) -> Result<Option<String>, Error> {
    let Some(page) = first_page(context, bucket).await? else { return Ok(None) };
    Ok(words(page.versions().len() + page.delete_markers().len(), page.is_truncated() == Some(true)))
}

fn words(count: usize, more: bool) -> Option<String> {
    match count {
        _ if more => Some("1,000 or more objects".to_owned()),
        0 => None,
        1 => Some("1 object".to_owned()),
        count => Some(format!("{count} objects")),
    }
}

/// Deletes all versions and delete markers, page by page, until none is left.
pub(super) async fn delete_all(context: &Context, bucket: &str) -> Result<(), Error> {
    loop {
        let Some(page) = first_page(context, bucket).await? else { return Ok(()) };
        let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let mut objects = Vec::new();
        for (key, version) in versions.chain(markers) {
            let object = ObjectIdentifier::builder().key(key.unwrap_or_default());
            let object = object.set_version_id(version.map(str::to_owned)).build();
            objects.push(object.map_err(|error| Error::invalid(error.to_string()))?);
        }
        if objects.is_empty() {
            return Ok(());
        }
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let delete = delete.map_err(|error| Error::invalid(error.to_string()))?;
        let call = "s3:DeleteObjects";
        let deleted = context.aws.s3().delete_objects().bucket(bucket).delete(delete).send().await.named(call)?;
        // The call succeeds as a whole even where it failed for some objects; without this the loop would never end.
        if let Some(failed) = deleted.errors().first() {
            let code = failed.code().unwrap_or_default();
            let kind = crate::engine::sdk::kind_of(code, failed.message().unwrap_or_default(), 400);
            let mut error = Error::new(
                kind,
                format!("{}: {}", failed.key().unwrap_or_default(), failed.message().unwrap_or("not deleted")),
            );
            error.call = Some(call.to_owned());
            error.code = Some(code.to_owned());
            return Err(match kind {
                ErrorKind::Denied => error.hint("an object lock or a policy keeps it: lift that, then run it again"),
                _ => error,
            });
        }
    }
}

async fn first_page(context: &Context, bucket: &str) -> Result<Option<ListObjectVersionsOutput>, Error> {
    let list = context.aws.s3().list_object_versions().bucket(bucket).max_keys(PAGE);
    list.send().await.named("s3:ListObjectVersions").optional()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn one_page_is_counted_and_no_more() {
        assert_eq!(words(0, false), None);
        assert_eq!(words(1, false).as_deref(), Some("1 object"));
        assert_eq!(words(1000, false).as_deref(), Some("1000 objects"));
        assert_eq!(words(1000, true).as_deref(), Some("1,000 or more objects"));
    }
}
