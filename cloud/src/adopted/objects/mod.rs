//! The objects of S3: their versions, bodies, conditions and encryption. Winterbaume keeps the buckets.
//!
//! The objects of a bucket are a table of the document, named by the bucket; their bodies are files beside it.

mod bodies;
mod conditions;
mod copy;
mod delete;
mod encryption;
mod get;
mod headers;
mod list;
mod multipart;
mod object;
mod page;
mod put;
mod range;
mod refused;
mod tagging;
mod versions;

use std::path::Path;

use percent_encoding::percent_decode_str;
use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::World;
use crate::route::S3Target;
use bodies::Bodies;
use refused::Refused;

/// The objects of all buckets.
pub(super) struct Objects {
    bodies: Bodies,
}

/// A call on objects.
struct Call<'a> {
    request: &'a MockRequest,
    target: &'a S3Target,
    bucket: &'a str,
    /// The key, decoded; empty for a call on a bucket.
    key: String,
    bodies: &'a Bodies,
}

type Outcome = Result<MockResponse, Refused>;
type Handler = fn(&Call<'_>, &mut World<'_>) -> Outcome;

impl Objects {
    /// The objects whose bodies lie in a folder inside `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { bodies: Bodies::new(folder) }
    }

    /// Answers a call on objects; none if it is one on the bucket itself.
    pub fn answer(
        &self,
        operation: &str,
        request: &MockRequest,
        target: &S3Target,
        world: &mut World<'_>,
    ) -> Option<MockResponse> {
        let handler = match handler(operation) {
            Some(handler) => handler,
            None if target.key.is_empty() => return None,
            None => not_implemented,
        };
        let key = percent_decode_str(&target.key).decode_utf8_lossy().into_owned();
        let call = Call { request, target, bucket: &target.bucket, key, bodies: &self.bodies };
        let answer = if world.own.get("buckets", call.bucket).is_none() {
            Err(Refused::new(404, "NoSuchBucket", "The specified bucket does not exist")
                .with("BucketName", call.bucket))
        } else {
            self.tidied(request, world).and_then(|()| handler(&call, world))
        };
        let mut response = answer.unwrap_or_else(Refused::response);
        if request.method == "HEAD" {
            response.body = bytes::Bytes::new();
        }
        Some(response)
    }

    /// Before a write, while the document is as it is on the disk, the bodies go that nobody holds.
    fn tidied(&self, request: &MockRequest, world: &mut World<'_>) -> Result<(), Refused> {
        if matches!(request.method.as_str(), "GET" | "HEAD") { Ok(()) } else { Ok(self.bodies.tidy(world)?) }
    }

    /// Forgets what belonged to a bucket that was deleted.
    pub fn forget_bucket(&self, bucket: &str, world: &mut World<'_>) {
        multipart::forget_bucket(bucket, world);
        object::forget_bucket(bucket, world);
    }
}

/// Whether a bucket has no object, version or delete marker.
pub(super) fn is_empty(bucket: &str, world: &World<'_>) -> bool {
    object::all(world.own, bucket).next().is_none()
}

fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "PutObject" => put::put,
        "GetObject" => get::get,
        "HeadObject" => get::head,
        "DeleteObject" => delete::delete,
        "DeleteObjects" => delete::delete_many,
        "CopyObject" => copy::copy,
        "ListObjects" => list::first,
        "ListObjectsV2" => list::second,
        "ListObjectVersions" => versions::list,
        "GetObjectTagging" => tagging::get,
        "PutObjectTagging" => tagging::put,
        "DeleteObjectTagging" => tagging::delete,
        "CreateMultipartUpload" => multipart::create,
        "UploadPart" => multipart::upload_part,
        "CompleteMultipartUpload" => multipart::complete,
        "AbortMultipartUpload" => multipart::abort,
        "ListParts" => multipart::list_parts,
        "ListMultipartUploads" => multipart::list,
        _ => return None,
    })
}

fn not_implemented(call: &Call<'_>, _: &mut World<'_>) -> Outcome {
    let message = format!("the embedded s3 service cannot do {} {}", call.request.method, call.request.uri);
    Err(Refused::new(400, "EmbeddedCloudNotImplemented", message))
}

impl Call<'_> {
    /// A header of the request.
    fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the query, decoded.
    fn parameter(&self, name: &str) -> Option<String> {
        self.target.query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
        })
    }

    /// The body as text.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.request.body).into_owned()
    }

    /// The bucket's configuration of versions: `Enabled`, `Suspended`, or never given.
    fn versioning(&self, world: &World<'_>) -> Option<String> {
        Some(world.own.get("buckets", self.bucket)?["versioning_status"].as_str()?.to_owned())
    }
}
