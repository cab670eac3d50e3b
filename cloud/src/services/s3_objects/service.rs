//! The operations on objects, and the way of a call to them.

use std::path::Path;

use percent_encoding::percent_decode_str;
use winterbaume_core::{MockRequest, MockResponse};

use super::bodies::Bodies;
use super::call::{Call, Outcome};
use super::refused::Refused;
use super::{copy, delete, get, list, multipart, object, put, tagging, versions};
use crate::documents::{CallContext, Tables};
use crate::route::S3Target;

/// The objects of all buckets.
pub(crate) struct Objects {
    bodies: Bodies,
}

type Handler = fn(&Call<'_>, &mut CallContext<'_>) -> Outcome;

impl Objects {
    /// Returns the objects whose bodies lie in a folder inside `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { bodies: Bodies::new(folder) }
    }

    /// Handles a call on objects; returns nothing for a call on the bucket itself.
    pub fn respond(
        &self,
        operation: &str,
        request: &MockRequest,
        target: &S3Target,
        context: &mut CallContext<'_>,
    ) -> Option<MockResponse> {
        let handler = match handler(operation) {
            Some(handler) => handler,
            None if target.key.is_empty() => return None,
            None => not_implemented,
        };
        let key = percent_decode_str(&target.key).decode_utf8_lossy().into_owned();
        let call = Call { request, target, bucket: &target.bucket, key, bodies: &self.bodies };
        let answer = if context.own.get("buckets", call.bucket).is_none() {
            Err(Refused::new(404, "NoSuchBucket", "The specified bucket does not exist")
                .with("BucketName", call.bucket))
        } else {
            self.tidied(request, context).and_then(|()| handler(&call, context))
        };
        let mut response = answer.unwrap_or_else(Refused::response);
        if request.method == "HEAD" {
            response.body = bytes::Bytes::new();
        }
        Some(response)
    }

    /// Removes unused bodies before a write, while the document is as it is on the disk.
    fn tidied(&self, request: &MockRequest, context: &mut CallContext<'_>) -> Result<(), Refused> {
        if matches!(request.method.as_str(), "GET" | "HEAD") { Ok(()) } else { Ok(self.bodies.tidy(context)?) }
    }

    /// Forgets the objects and uploads of a deleted bucket.
    pub fn forget_bucket(&self, bucket: &str, context: &mut CallContext<'_>) {
        multipart::forget_bucket(bucket, context);
        object::forget_bucket(bucket, context);
    }
}

/// Returns whether a bucket has no object, version or delete marker.
pub(crate) fn is_empty(bucket: &str, context: &CallContext<'_>) -> bool {
    object::all(context.own, bucket).next().is_none()
}

/// Returns whether there is an object of this key, or, if the key ends with a slash, an object below it.
pub(crate) fn has_object(tables: &Tables, bucket: &str, key: &str) -> bool {
    let is_meant =
        |name: &str| if key.ends_with('/') { name.len() > key.len() && name.starts_with(key) } else { name == key };
    object::all(tables, bucket).flatten().any(|(name, versions)| is_meant(name) && versions.current().is_some())
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

fn not_implemented(call: &Call<'_>, _: &mut CallContext<'_>) -> Outcome {
    let message = format!("the embedded s3 service cannot do {} {}", call.request.method, call.request.uri);
    Err(Refused::new(400, "EmbeddedCloudNotImplemented", message))
}
