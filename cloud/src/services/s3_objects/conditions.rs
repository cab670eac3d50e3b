//! Conditions on reads and writes. A call holds the folder's lock from its condition to its effect, so that of several
//! writers with one condition exactly one succeeds.

use super::call::Call;
use super::object::{Version, Versions};
use super::refused::{Refused, no_such_key};
use crate::clock;

/// Checks `If-None-Match` and `If-Match` of a write against the current version.
pub(super) fn check_write(call: &Call<'_>, current: Option<&Version>) -> Result<(), Refused> {
    match call.header("if-none-match") {
        None => {}
        Some("*") if current.is_none() => {}
        Some("*") => return Err(failed("If-None-Match")),
        Some(_) => {
            let message = "A header you provided implies functionality that is not implemented";
            return Err(Refused::new(501, "NotImplemented", message).with("Header", "If-None-Match"));
        }
    }
    let Some(asked) = call.header("if-match") else { return Ok(()) };
    let current = current.ok_or_else(|| no_such_key(&call.key))?;
    if matches(asked, current) { Ok(()) } else { Err(failed("If-Match")) }
}

/// Checks the entity tag that a deletion expects: nothing to delete is 404, a delete marker is no match.
pub(super) fn check_delete(key: &str, expected: Option<&str>, versions: &Versions) -> Result<(), Refused> {
    let Some(expected) = expected else { return Ok(()) };
    if versions.0.is_empty() {
        return Err(no_such_key(key));
    }
    match versions.current() {
        Some(current) if matches(expected, current) => Ok(()),
        _ => Err(failed("If-Match")),
    }
}

/// Checks the conditions of a read; `prefix` comes before the names of the headers.
pub(super) fn check_read(call: &Call<'_>, prefix: &str, version: &Version) -> Result<(), Refused> {
    let header = |name: &str| call.header(&format!("{prefix}{name}"));
    let since = |name: &str| header(name).and_then(clock::parsed_http_date).map(|ms| ms / 1000);
    let written = version.written_ms / 1000;
    match header("if-match") {
        Some(asked) if !matches(asked, version) => return Err(failed("If-Match")),
        Some(_) => {}
        None if since("if-unmodified-since").is_some_and(|at| written > at) => {
            return Err(failed("If-Unmodified-Since"));
        }
        None => {}
    }
    let unchanged = match header("if-none-match") {
        Some(asked) => matches(asked, version).then_some("If-None-Match"),
        None => since("if-modified-since").is_some_and(|at| written <= at).then_some("If-Modified-Since"),
    };
    match unchanged {
        None => Ok(()),
        // A copy knows no 304.
        Some(condition) if !prefix.is_empty() => Err(failed(condition)),
        Some(_) => Err(Refused::new(304, "NotModified", "Not Modified")
            .header("etag", version.quoted_etag())
            .header("last-modified", clock::http_date(version.written_ms))),
    }
}

/// Returns whether an entity tag (with or without quotes), one of several, or `*` is that of a version.
fn matches(asked: &str, version: &Version) -> bool {
    asked.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_matches('"') == version.etag)
}

fn failed(condition: &str) -> Refused {
    let message = "At least one of the pre-conditions you specified did not hold";
    Refused::new(412, "PreconditionFailed", message).with("Condition", condition)
}
