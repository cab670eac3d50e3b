//! DeleteObject and DeleteObjects.

use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::object::{NULL, Version, Versions, check_id};
use super::refused::{Refused, malformed};
use super::{conditions, headers};
use crate::documents::CallContext;
use crate::wire::xml::{elements, text, written};

/// The most keys of one DeleteObjects.
const MOST: usize = 1000;

/// The result of a deletion: the version it names or made, and whether that is a delete marker.
struct Deleted {
    version: Option<String>,
    marker: bool,
}

/// DeleteObject: a version for good, or the object as it is now.
pub(super) fn delete(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let version = call.parameter("versionId");
    let done = remove(call, &call.key, version.as_deref(), call.header("if-match"), context)?;
    let mut response = MockResponse { status: 204, headers: http::HeaderMap::new(), body: bytes::Bytes::new() };
    if let Some(version) = &done.version {
        headers::put(&mut response, "x-amz-version-id", version);
    }
    if done.marker {
        headers::put(&mut response, "x-amz-delete-marker", "true");
    }
    Ok(response)
}

/// DeleteObjects: deletes each object by itself, and lists the refused ones.
pub(super) fn delete_many(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let body = call.text();
    let objects = elements(&body, "Object");
    if objects.is_empty() || objects.len() > MOST {
        return Err(malformed());
    }
    let quiet = text(&body, "Quiet").as_deref() == Some("true");
    let mut results = String::new();
    for object in objects {
        let key = text(object, "Key").ok_or_else(malformed)?;
        let version = text(object, "VersionId");
        match remove(call, &key, version.as_deref(), text(object, "ETag").as_deref(), context) {
            Ok(_) if quiet => {}
            Ok(done) => results += &shown(&key, version.as_deref(), &done),
            Err(refused) => {
                let version = version.map(|version| written("VersionId", version)).unwrap_or_default();
                let (code, message) = (written("Code", refused.code()), written("Message", refused.message()));
                results += &format!("<Error>{}{version}{code}{message}</Error>", written("Key", &key));
            }
        }
    }
    let head =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    Ok(MockResponse::xml(200, format!("{head}{results}</DeleteResult>")))
}

fn shown(key: &str, asked: Option<&str>, done: &Deleted) -> String {
    let mut fields = written("Key", key);
    if let Some(asked) = asked {
        fields += &written("VersionId", asked);
    }
    if done.marker {
        fields += &written("DeleteMarker", true);
        fields += &done.version.as_ref().map(|id| written("DeleteMarkerVersionId", id)).unwrap_or_default();
    }
    format!("<Deleted>{fields}</Deleted>")
}

fn remove(
    call: &Call<'_>,
    key: &str,
    version: Option<&str>,
    expected: Option<&str>,
    context: &mut CallContext<'_>,
) -> Result<Deleted, Refused> {
    let mut versions = Versions::of(context.own, call.bucket, key)?;
    conditions::check_delete(key, expected, &versions)?;
    let versioning = call.versioning(context);
    let done = if let Some(id) = version {
        check_id(id)?;
        let removed = versions.remove(id, context);
        Deleted { version: Some(id.to_owned()), marker: removed.is_some_and(|removed| removed.marker) }
    } else if versioning.is_some() {
        let marker = Version { marker: true, written_ms: context.now_ms, ..Version::default() };
        let id = versions.add(marker, versioning.as_deref(), context);
        Deleted { version: Some(id), marker: true }
    } else {
        versions.remove(NULL, context);
        Deleted { version: None, marker: false }
    };
    versions.save(context, call.bucket, key)?;
    Ok(done)
}
