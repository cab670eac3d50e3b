//! ListObjects, first and second version.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::object::{self, Version};
use super::page::Asked;
use super::refused::{Refused, invalid_argument};
use crate::documents::CallContext;
use crate::wire::xml::written;

/// The entries of a page.
struct Page {
    objects: Vec<(String, Version)>,
    prefixes: Vec<String>,
    /// The last key or common prefix, if there are more.
    last: Option<String>,
}

/// ListObjectsV2.
pub(super) fn second(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let asked = Asked::of(call)?;
    let token = call.parameter("continuation-token");
    let after = match &token {
        Some(token) => decoded(token)?,
        None => call.parameter("start-after").unwrap_or_default(),
    };
    let page = page(&asked, &after, call, context)?;
    let mut head = asked.echoed();
    head += &written("KeyCount", page.objects.len() + page.prefixes.len());
    if let Some(token) = token {
        head += &written("ContinuationToken", token);
    }
    if let Some(start) = call.parameter("start-after") {
        head += &asked.key("StartAfter", &start);
    }
    if let Some(last) = &page.last {
        head += &written("NextContinuationToken", BASE64.encode(last));
    }
    Ok(respond(call, &asked, &page, &head))
}

/// ListObjects.
pub(super) fn first(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let asked = Asked::of(call)?;
    let marker = call.parameter("marker").unwrap_or_default();
    let page = page(&asked, &marker, call, context)?;
    let mut head = asked.echoed() + &asked.key("Marker", &marker);
    // Without a delimiter the last key is the marker of the next page.
    if let Some(last) = page.last.as_ref().filter(|_| !asked.delimiter.is_empty()) {
        head += &asked.key("NextMarker", last);
    }
    Ok(respond(call, &asked, &page, &head))
}

fn decoded(token: &str) -> Result<String, Refused> {
    let text = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| invalid_argument("The continuation token provided is incorrect", "continuation-token", token))
}

fn page(asked: &Asked, after: &str, call: &Call<'_>, context: &CallContext<'_>) -> Result<Page, Refused> {
    let mut page = Page { objects: Vec::new(), prefixes: Vec::new(), last: None };
    let mut last = String::new();
    for entry in object::all(context.own, call.bucket) {
        let (key, versions) = entry?;
        let Some(version) = versions.current().filter(|_| key.starts_with(&asked.prefix)) else { continue };
        let common = asked.common_prefix(key);
        let place = common.unwrap_or(key);
        // A common prefix on an earlier page stands for all of its keys.
        if place <= after || common == Some(last.as_str()) {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == asked.most {
            page.last = Some(last).filter(|last| !last.is_empty());
            break;
        }
        place.clone_into(&mut last);
        match common {
            Some(prefix) => page.prefixes.push(prefix.to_owned()),
            None => page.objects.push((key.to_owned(), version.clone())),
        }
    }
    Ok(page)
}

fn respond(call: &Call<'_>, asked: &Asked, page: &Page, head: &str) -> MockResponse {
    let contents: String = page
        .objects
        .iter()
        .map(|(key, version)| {
            let class = version.headers.get("x-amz-storage-class").map_or("STANDARD", String::as_str);
            format!(
                "<Contents>{}{}{}{}{}</Contents>",
                asked.key("Key", key),
                written("LastModified", version.written()),
                written("ETag", version.quoted_etag()),
                written("Size", version.size),
                written("StorageClass", class)
            )
        })
        .collect();
    MockResponse::xml(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             {}{head}{}{contents}{}</ListBucketResult>",
            written("Name", call.bucket),
            written("IsTruncated", page.last.is_some()),
            asked.prefixes(&page.prefixes)
        ),
    )
}
