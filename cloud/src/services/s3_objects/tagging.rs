//! Tags of objects.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::headers;
use super::object::{Version, Versions};
use super::refused::{Refused, malformed};
use crate::documents::CallContext;
use crate::wire::xml::{elements, text, written};

/// The most tags of an object.
const MOST: usize = 10;

/// Returns the tags in the header of a write: `a=1&b=2`.
pub(super) fn in_header(call: &Call<'_>) -> Result<BTreeMap<String, String>, Refused> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = call.header("x-amz-tagging").unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    checked(
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decoded(k), decoded(v))).collect(),
    )
}

/// GetObjectTagging.
pub(super) fn get(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let versions = Versions::of(context.own, call.bucket, &call.key)?;
    let version = versions.find(&call.key, call.parameter("versionId").as_deref())?;
    let tags: String = version
        .tags
        .iter()
        .map(|(key, value)| format!("<Tag>{}{}</Tag>", written("Key", key), written("Value", value)))
        .collect();
    let head =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    let mut response = MockResponse::xml(200, format!("{head}<TagSet>{tags}</TagSet></Tagging>"));
    tell_version(call, context, version, &mut response);
    Ok(response)
}

/// PutObjectTagging.
pub(super) fn put(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let body = call.text();
    let tag = |tag: &str| Some((text(tag, "Key")?, text(tag, "Value")?));
    let tags = elements(&body, "Tag").into_iter().map(tag).collect::<Option<Vec<_>>>().ok_or_else(malformed)?;
    replace(call, context, checked(tags)?, 200)
}

/// DeleteObjectTagging.
pub(super) fn delete(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    replace(call, context, BTreeMap::new(), 204)
}

fn replace(call: &Call<'_>, context: &mut CallContext<'_>, tags: BTreeMap<String, String>, status: u16) -> Outcome {
    let mut versions = Versions::of(context.own, call.bucket, &call.key)?;
    let id = versions.find(&call.key, call.parameter("versionId").as_deref())?.id.clone();
    let mut response = MockResponse { status, headers: http::HeaderMap::new(), body: bytes::Bytes::new() };
    for version in versions.0.iter_mut().filter(|version| version.id == id) {
        version.tags.clone_from(&tags);
        tell_version(call, context, version, &mut response);
    }
    versions.save(context, call.bucket, &call.key)?;
    Ok(response)
}

fn tell_version(call: &Call<'_>, context: &CallContext<'_>, version: &Version, response: &mut MockResponse) {
    if call.versioning(context).is_some() {
        headers::put(response, "x-amz-version-id", &version.id);
    }
}

fn checked(tags: Vec<(String, String)>) -> Result<BTreeMap<String, String>, Refused> {
    let count = tags.len();
    if count > MOST {
        return Err(Refused::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    let too_long = |text: &str, most: usize| text.chars().count() > most;
    if tags.iter().any(|(key, value)| key.is_empty() || too_long(key, 128) || too_long(value, 256)) {
        return Err(Refused::new(400, "InvalidTag", "The TagKey or TagValue you have provided is invalid"));
    }
    let tags: BTreeMap<_, _> = tags.into_iter().collect();
    if tags.len() < count {
        return Err(Refused::new(400, "InvalidTag", "Cannot provide multiple Tags with the same key"));
    }
    Ok(tags)
}
