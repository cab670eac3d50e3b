//! ListObjectVersions.

use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::object::{self, Version};
use super::page::Asked;
use super::refused::invalid_argument;
use crate::documents::CallContext;
use crate::wire::xml::written;

/// ListObjectVersions: all versions and delete markers, by key and from new to old.
pub(super) fn list(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let asked = Asked::of(call)?;
    let key_marker = call.parameter("key-marker").unwrap_or_default();
    let version_marker = call.parameter("version-id-marker").unwrap_or_default();
    if key_marker.is_empty() && !version_marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(invalid_argument(message, "version-id-marker", &version_marker));
    }
    let (mut entries, mut prefixes) = (Vec::new(), Vec::new());
    let mut last = (String::new(), String::new());
    let mut next = None;
    'keys: for entry in object::all(context.own, call.bucket) {
        let (key, versions) = entry?;
        if !key.starts_with(&asked.prefix) {
            continue;
        }
        let full = |entries: &[String], prefixes: &[String]| entries.len() + prefixes.len() == asked.most;
        if let Some(prefix) = asked.common_prefix(key) {
            if prefix > key_marker.as_str() && prefixes.last().is_none_or(|known| known != prefix) {
                if full(&entries, &prefixes) {
                    next = Some(last);
                    break;
                }
                prefixes.push(prefix.to_owned());
                last = (prefix.to_owned(), String::new());
            }
            continue;
        }
        if key < key_marker.as_str() || (key == key_marker && version_marker.is_empty()) {
            continue;
        }
        // In the key of the marker, only the versions after the marker's are listed; all of them if that version has
        // gone.
        let previous =
            if key == key_marker { versions.0.iter().position(|version| version.id == version_marker) } else { None };
        for (index, version) in versions.0.iter().enumerate().skip(previous.map_or(0, |index| index + 1)) {
            if full(&entries, &prefixes) {
                next = Some(last);
                break 'keys;
            }
            entries.push(shown(&asked, key, version, index == 0));
            last = (key.to_owned(), version.id.clone());
        }
    }
    let mut head = asked.echoed() + &asked.key("KeyMarker", &key_marker) + &written("VersionIdMarker", &version_marker);
    head += &written("IsTruncated", next.is_some());
    if let Some((key, version)) = next {
        head += &asked.key("NextKeyMarker", &key);
        if !version.is_empty() {
            head += &written("NextVersionIdMarker", version);
        }
    }
    Ok(MockResponse::xml(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             {}{head}{}{}</ListVersionsResult>",
            written("Name", call.bucket),
            entries.concat(),
            asked.prefixes(&prefixes)
        ),
    ))
}

fn shown(asked: &Asked, key: &str, version: &Version, is_latest: bool) -> String {
    let common = format!(
        "{}{}{}{}",
        asked.key("Key", key),
        written("VersionId", &version.id),
        written("IsLatest", is_latest),
        written("LastModified", version.written())
    );
    if version.marker {
        return format!("<DeleteMarker>{common}</DeleteMarker>");
    }
    let class = version.headers.get("x-amz-storage-class").map_or("STANDARD", String::as_str);
    let rest =
        written("ETag", version.quoted_etag()) + &written("Size", version.size) + &written("StorageClass", class);
    format!("<Version>{common}{rest}</Version>")
}
