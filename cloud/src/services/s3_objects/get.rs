//! GetObject and HeadObject.

use super::call::{Call, Outcome};
use super::object::{Version, Versions};
use super::range::{Asked, asked};
use super::refused::Refused;
use super::{conditions, headers, put};
use crate::clock;
use crate::documents::CallContext;

/// GetObject.
pub(super) fn get(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    read(call, context, true)
}

/// HeadObject.
pub(super) fn head(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    read(call, context, false)
}

fn read(call: &Call<'_>, context: &mut CallContext<'_>, with_body: bool) -> Outcome {
    let versions = Versions::of(context.own, call.bucket, &call.key)?;
    let version = versions.find(&call.key, call.parameter("versionId").as_deref())?;
    conditions::check_read(call, "", version)?;
    version.encryption.check_readable(context)?;
    let mut response = put::respond(version);
    let whole = usize::try_from(version.size).unwrap_or(usize::MAX);
    let part = match asked(call.header("range"), whole) {
        Asked::Whole => 0..whole,
        Asked::Part(part) => {
            response.status = 206;
            headers::put(
                &mut response,
                "content-range",
                format!("bytes {}-{}/{whole}", part.start, part.end.saturating_sub(1)),
            );
            part
        }
        Asked::Outside => {
            return Err(Refused::new(416, "InvalidRange", "The requested range is not satisfiable")
                .with("RangeRequested", call.header("range").unwrap_or_default())
                .with("ActualObjectSize", &whole.to_string()));
        }
    };
    if with_body {
        response.body = call.bodies.read(&version.body)?.slice(part.clone());
    }
    headers::put(&mut response, "content-length", part.len().to_string());
    describe(call, context, version, &mut response);
    Ok(response)
}

fn describe(
    call: &Call<'_>,
    context: &CallContext<'_>,
    version: &Version,
    response: &mut winterbaume_core::MockResponse,
) {
    headers::put(response, "accept-ranges", "bytes");
    headers::put(response, "last-modified", clock::http_date(version.written_ms));
    if call.versioning(context).is_some() {
        headers::put(response, "x-amz-version-id", &version.id);
    }
    if !version.tags.is_empty() {
        headers::put(response, "x-amz-tagging-count", version.tags.len().to_string());
    }
    let with_checksums = response.status == 200 && call.header("x-amz-checksum-mode") == Some("ENABLED");
    for (name, value) in &version.headers {
        if !headers::is_checksum(name) {
            headers::put(response, name, value);
        } else if with_checksums {
            headers::put(response, name, value);
            headers::put(response, "x-amz-checksum-type", "FULL_OBJECT");
        }
    }
}
