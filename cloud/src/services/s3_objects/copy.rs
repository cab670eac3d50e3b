//! CopyObject.

use percent_encoding::percent_decode_str;
use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::encryption::Encryption;
use super::object::Versions;
use super::refused::{Refused, invalid_argument};
use super::{conditions, headers, put, tagging};
use crate::documents::CallContext;
use crate::wire::xml::written;

/// CopyObject: the body of one version under another key, or under its own with other headers or encryption.
pub(super) fn copy(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let (bucket, key, version_id) = source(call)?;
    if context.own.get("buckets", &bucket).is_none() {
        let message = "The specified bucket does not exist";
        return Err(Refused::new(404, "NoSuchBucket", message).with("BucketName", &bucket));
    }
    let sources = Versions::of(context.own, &bucket, &key)?;
    let origin = sources.find(&key, version_id.as_deref())?;
    conditions::check_read(call, "x-amz-copy-source-", origin)?;
    origin.encryption.check_readable(context)?;

    let mut versions = Versions::of(context.own, call.bucket, &call.key)?;
    conditions::check_write(call, versions.current())?;
    let replaces = |header: &str| call.header(header) == Some("REPLACE");
    let encryption = Encryption::of(call, context)?;
    let onto_itself = (bucket.as_str(), &key) == (call.bucket, &call.key) && version_id.is_none();
    if onto_itself
        && !replaces("x-amz-metadata-directive")
        && call.header("x-amz-server-side-encryption").is_none()
        && call.header("x-amz-storage-class").is_none()
    {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing \
                       the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(Refused::new(400, "InvalidRequest", message));
    }
    let content = call.bodies.read(&origin.body)?;
    let mut version = put::written(call, &content, encryption, context)?;
    version.headers = if replaces("x-amz-metadata-directive") { headers::kept(call) } else { origin.headers.clone() };
    version.tags = if replaces("x-amz-tagging-directive") { tagging::in_header(call)? } else { origin.tags.clone() };

    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CopyObjectResult>{}{}</CopyObjectResult>",
        written("LastModified", version.written()),
        written("ETag", version.quoted_etag())
    );
    let mut response = MockResponse::xml(200, body);
    for (name, value) in version.encryption.headers() {
        headers::put(&mut response, name, value);
    }
    if origin.id != super::object::NULL {
        headers::put(&mut response, "x-amz-copy-source-version-id", &origin.id);
    }
    let id = versions.add(version, call.versioning(context).as_deref(), context);
    versions.save(context, call.bucket, &call.key)?;
    put::put_version_id(&mut response, &id);
    Ok(response)
}

/// Bucket, key and perhaps version: `BUCKET/KEY?versionId=ID`, percent-encoded, perhaps with a slash before.
fn source(call: &Call<'_>) -> Result<(String, String, Option<String>), Refused> {
    let header = call.header("x-amz-copy-source").unwrap_or_default();
    let (path, version) = match header.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (header, None),
    };
    let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
    match path.trim_start_matches('/').split_once('/') {
        Some((bucket, key)) if !key.is_empty() => Ok((bucket.to_owned(), key.to_owned(), version)),
        _ => Err(invalid_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            header,
        )),
    }
}
