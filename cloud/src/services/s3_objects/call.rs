//! A call on objects, as its handler sees it.

use percent_encoding::percent_decode_str;
use winterbaume_core::{MockRequest, MockResponse};

use super::bodies::Bodies;
use super::refused::Refused;
use crate::documents::CallContext;
use crate::route::S3Target;

/// A call on objects.
pub(super) struct Call<'a> {
    pub request: &'a MockRequest,
    pub target: &'a S3Target,
    pub bucket: &'a str,
    /// The key, decoded; empty for a call on a bucket.
    pub key: String,
    pub bodies: &'a Bodies,
}

pub(super) type Outcome = Result<MockResponse, Refused>;

impl Call<'_> {
    /// Returns a header of the request.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// Returns a parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.target.query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
        })
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.request.body).into_owned()
    }

    /// Returns the bucket's configuration of versions: `Enabled`, `Suspended`, or never given.
    pub fn versioning(&self, context: &CallContext<'_>) -> Option<String> {
        Some(context.own.get("buckets", self.bucket)?["versioning_status"].as_str()?.to_owned())
    }
}
