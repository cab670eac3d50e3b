//! The headers that an object keeps from its writing, and puts into responses.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use winterbaume_core::MockResponse;

use super::call::Call;

/// Headers that are kept as they came, beside the user's own (`x-amz-meta-…`) and checksums.
const KEPT: &[&str] = &[
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
];

/// Returns the headers of the request that the object keeps.
pub(super) fn kept(call: &Call<'_>) -> BTreeMap<String, String> {
    let names = call.request.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let mut kept: BTreeMap<String, String> = names
        .filter(|(name, _)| KEPT.contains(name) || name.starts_with("x-amz-meta-") || is_checksum(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    kept.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    // The ordinary storage class is not shown.
    if kept.get("x-amz-storage-class").is_some_and(|class| class == "STANDARD") {
        kept.remove("x-amz-storage-class");
    }
    kept
}

/// Returns whether a header is the checksum of a whole body.
pub(super) fn is_checksum(name: &str) -> bool {
    matches!(
        name.strip_prefix("x-amz-checksum-"),
        Some("crc32" | "crc32c" | "crc64nvme" | "sha1" | "sha256" | "sha512" | "md5" | "xxhash64")
    )
}

/// Puts a header into a response; a value that no header can have is left out.
pub(super) fn put(response: &mut MockResponse, name: &str, value: impl AsRef<str>) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value.as_ref())) {
        response.headers.insert(name, value);
    }
}
