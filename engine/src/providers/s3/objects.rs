//! The objects in a bucket: counting them, and deleting all of them.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{self as sdk, Delete, ObjectIdentifier};

use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, built, kind_of, required};

/// The most objects of one call, to list or to delete.
const PAGE: i32 = 1000;

/// Reads the data of a bucket in words; `None` if it is empty or does not exist. Each version and delete marker counts.
pub(super) async fn read_data(context: &Context, bucket: &str) -> Result<Option<String>, Error> {
    let Some(page) = first_page(context, bucket).await? else { return Ok(None) };
    Ok(in_words(page.versions().len() + page.delete_markers().len(), page.is_truncated() == Some(true)))
}

fn in_words(count: usize, more: bool) -> Option<String> {
    match count {
        _ if more => Some("1,000 or more objects".to_owned()),
        0 => None,
        1 => Some("1 object".to_owned()),
        count => Some(format!("{count} objects")),
    }
}

/// Deletes all versions and delete markers, page by page.
pub(super) async fn delete_all(context: &Context, bucket: &str) -> Result<(), Error> {
    loop {
        let Some(page) = first_page(context, bucket).await? else { return Ok(()) };
        let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let mut objects = Vec::new();
        for (key, version) in versions.chain(markers) {
            let object = ObjectIdentifier::builder().key(required(key, "Key")?);
            objects.push(built(object.set_version_id(version.map(str::to_owned)).build())?);
        }
        if objects.is_empty() {
            return Ok(());
        }
        let delete = built(Delete::builder().set_objects(Some(objects)).quiet(true).build())?;
        let call = "s3:DeleteObjects";
        let deleted = context.aws.s3().delete_objects().bucket(bucket).delete(delete).send().await.named(call)?;
        // The call succeeds even if it failed for some objects; without this check the loop would never end.
        if let Some(failed) = deleted.errors().first() {
            return Err(object_error(call, failed));
        }
    }
}

fn object_error(call: &str, failed: &sdk::Error) -> Error {
    let code = failed.code().unwrap_or_default();
    let kind = kind_of(call, code, failed.message().unwrap_or_default(), 400);
    let message = format!("{}: {}", failed.key().unwrap_or_default(), failed.message().unwrap_or("not deleted"));
    let mut error = Error::new(kind, message);
    error.call = Some(call.to_owned());
    error.code = Some(code.to_owned());
    match kind {
        ErrorKind::Denied => error.hint("an object lock or a policy protects it: lift that, then run it again"),
        _ => error,
    }
}

async fn first_page(context: &Context, bucket: &str) -> Result<Option<ListObjectVersionsOutput>, Error> {
    let list = context.aws.s3().list_object_versions().bucket(bucket).max_keys(PAGE);
    list.send().await.named("s3:ListObjectVersions").unless_missing(&["NoSuchBucket"])
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn at_most_one_page_is_counted() {
        assert_eq!(in_words(0, false), None);
        assert_eq!(in_words(1, false).as_deref(), Some("1 object"));
        assert_eq!(in_words(1000, false).as_deref(), Some("1000 objects"));
        assert_eq!(in_words(1000, true).as_deref(), Some("1,000 or more objects"));
    }
}
