//! PutObject, and the parts that all writes of a version share.

use md5::{Digest, Md5};
use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::encryption::Encryption;
use super::object::{NULL, Version, Versions};
use super::{conditions, headers, tagging};
use crate::documents::CallContext;
use crate::service::Fault;

/// PutObject.
pub(super) fn put(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let mut versions = Versions::of(context.own, call.bucket, &call.key)?;
    conditions::check_write(call, versions.current())?;
    let tags = tagging::in_header(call)?;
    let mut version = written(call, &call.request.body, Encryption::of(call, context)?, context)?;
    version.headers = headers::kept(call);
    version.tags = tags;
    let mut response = respond(&version);
    for (name, value) in version.headers.iter().filter(|(name, _)| headers::is_checksum(name)) {
        headers::put(&mut response, name, value);
        headers::put(&mut response, "x-amz-checksum-type", "FULL_OBJECT");
    }
    let id = versions.add(version, call.versioning(context).as_deref(), context);
    versions.save(context, call.bucket, &call.key)?;
    put_version_id(&mut response, &id);
    Ok(response)
}

/// Returns a version with this content, written now, its body on the disk.
pub(super) fn written(
    call: &Call<'_>,
    content: &[u8],
    encryption: Encryption,
    context: &mut CallContext<'_>,
) -> Result<Version, Fault> {
    let etag = if encryption.tells_digest() { md5(content) } else { opaque() };
    let body = call.bodies.hold(content, context)?;
    let size = content.len() as u64;
    Ok(Version { written_ms: context.now_ms, etag, size, body, encryption, ..Version::default() })
}

/// Returns the response to a write: entity tag and encryption.
pub(super) fn respond(version: &Version) -> MockResponse {
    let mut response = MockResponse { status: 200, headers: http::HeaderMap::new(), body: bytes::Bytes::new() };
    headers::put(&mut response, "etag", version.quoted_etag());
    for (name, value) in version.encryption.headers() {
        headers::put(&mut response, name, value);
    }
    response
}

/// Tells the id of a version where the bucket gives ids.
pub(super) fn put_version_id(response: &mut MockResponse, id: &str) {
    if id != NULL {
        headers::put(response, "x-amz-version-id", id);
    }
}

/// Returns the MD5 of a content in hexadecimal digits.
pub(super) fn md5(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns an entity tag that does not depend on the content.
pub(super) fn opaque() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
