//! Multipart uploads: created, filled part by part, completed or given up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use winterbaume_core::MockResponse;

use super::call::{Call, Outcome};
use super::encryption::Encryption;
use super::object::{Version, Versions};
use super::refused::{Refused, invalid_argument, malformed};
use super::{bodies, conditions, headers, put, tagging};
use crate::clock;
use crate::documents::CallContext;
use crate::error_response::failure;
use crate::wire::xml::{elements, text, written};

/// Id → upload.
const TABLE: &str = "ebb:uploads";
/// The smallest part but the last, in bytes.
const SMALLEST: u64 = 5 << 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Upload {
    bucket: String,
    key: String,
    begun_ms: i64,
    headers: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    encryption: Encryption,
    parts: BTreeMap<u32, Part>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    etag: String,
    size: u64,
    body: String,
    written_ms: i64,
}

/// CreateMultipartUpload.
pub(super) fn create(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let upload = Upload {
        bucket: call.bucket.to_owned(),
        key: call.key.clone(),
        begun_ms: context.now_ms,
        headers: headers::kept(call),
        tags: tagging::in_header(call)?,
        encryption: Encryption::of(call, context)?,
        parts: BTreeMap::new(),
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    save(&id, &upload, context)?;
    let fields = written("Bucket", call.bucket) + &written("Key", &call.key) + &written("UploadId", id);
    let mut response = document("InitiateMultipartUploadResult", &fields);
    for (name, value) in upload.encryption.headers() {
        headers::put(&mut response, name, value);
    }
    Ok(response)
}

/// UploadPart; a part of the same number is replaced.
pub(super) fn upload_part(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let (id, mut upload) = find(call, context)?;
    let asked = call.parameter("partNumber").unwrap_or_default();
    let number = asked.parse().ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
        invalid_argument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", &asked)
    })?;
    let version = put::written(call, &call.request.body, upload.encryption.clone(), context)?;
    let response = put::respond(&version);
    let part = Part { etag: version.etag, size: version.size, body: version.body, written_ms: version.written_ms };
    if let Some(replaced) = upload.parts.insert(number, part) {
        bodies::release(&replaced.body, context);
    }
    save(&id, &upload, context)?;
    Ok(response)
}

/// CompleteMultipartUpload: the parts that are listed, in the order of their numbers, become the object.
pub(super) fn complete(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let (id, upload) = find(call, context)?;
    let mut versions = Versions::of(context.own, call.bucket, &call.key)?;
    conditions::check_write(call, versions.current())?;
    let (mut content, mut digests) = (Vec::new(), Vec::new());
    let parts = listed(call, &upload)?;
    for (index, part) in parts.iter().enumerate() {
        if index + 1 < parts.len() && part.size < SMALLEST {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(Refused::new(400, "EntityTooSmall", message));
        }
        let body = call.bodies.read(&part.body)?;
        digests.extend_from_slice(&<md5::Md5 as md5::Digest>::digest(&body));
        content.extend_from_slice(&body);
    }
    let count = parts.len();
    let mut version: Version = put::written(call, &content, upload.encryption.clone(), context)?;
    let digest = if upload.encryption.tells_digest() { put::md5(&digests) } else { put::opaque() };
    version.etag = format!("{digest}-{count}");
    version.headers.clone_from(&upload.headers);
    version.tags.clone_from(&upload.tags);
    let location = format!("https://{}.s3.{}.amazonaws.com/{}", call.bucket, context.region, call.target.key);
    let fields = written("Location", location)
        + &written("Bucket", call.bucket)
        + &written("Key", &call.key)
        + &written("ETag", version.quoted_etag());
    let mut response = document("CompleteMultipartUploadResult", &fields);
    for (name, value) in version.encryption.headers() {
        headers::put(&mut response, name, value);
    }
    let version_id = versions.add(version, call.versioning(context).as_deref(), context);
    put::put_version_id(&mut response, &version_id);
    versions.save(context, call.bucket, &call.key)?;
    forget(&id, &upload, context);
    Ok(response)
}

/// Returns the parts that a completion lists.
fn listed<'a>(call: &Call<'_>, upload: &'a Upload) -> Result<Vec<&'a Part>, Refused> {
    let body = call.text();
    let mut parts = Vec::new();
    let mut before = 0;
    for part in elements(&body, "Part") {
        let number: u32 = text(part, "PartNumber").and_then(|number| number.parse().ok()).ok_or_else(malformed)?;
        let etag = text(part, "ETag").unwrap_or_default();
        if number <= before {
            let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
            return Err(Refused::new(400, "InvalidPartOrder", message));
        }
        before = number;
        let known = upload.parts.get(&number).filter(|part| part.etag == etag.trim_matches('"'));
        parts.push(known.ok_or_else(|| {
            let message = "One or more of the specified parts could not be found. The part may not have been uploaded, \
                           or the specified entity tag may not match the part's entity tag.";
            Refused::new(400, "InvalidPart", message).with("PartNumber", &number.to_string())
        })?);
    }
    if parts.is_empty() { Err(malformed()) } else { Ok(parts) }
}

/// AbortMultipartUpload.
pub(super) fn abort(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let (id, upload) = find(call, context)?;
    forget(&id, &upload, context);
    Ok(MockResponse { status: 204, headers: http::HeaderMap::new(), body: bytes::Bytes::new() })
}

/// ListParts, all in one page.
pub(super) fn list_parts(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let (id, upload) = find(call, context)?;
    let parts: String = upload
        .parts
        .iter()
        .map(|(number, part)| {
            format!(
                "<Part>{}{}{}{}</Part>",
                written("PartNumber", number),
                written("LastModified", clock::iso_seconds(part.written_ms)),
                written("ETag", format!("\"{}\"", part.etag)),
                written("Size", part.size)
            )
        })
        .collect();
    let head = written("Bucket", call.bucket) + &written("Key", &call.key) + &written("UploadId", id);
    Ok(document("ListPartsResult", &format!("{head}{}{parts}", written("IsTruncated", false))))
}

/// ListMultipartUploads, all of a prefix in one page.
pub(super) fn list(call: &Call<'_>, context: &mut CallContext<'_>) -> Outcome {
    let prefix = call.parameter("prefix").unwrap_or_default();
    let mut uploads = String::new();
    for (id, upload) in of_bucket(call.bucket, context)? {
        if upload.key.starts_with(&prefix) {
            let initiated = written("Initiated", clock::iso_seconds(upload.begun_ms));
            uploads +=
                &format!("<Upload>{}{}{initiated}</Upload>", written("Key", &upload.key), written("UploadId", id));
        }
    }
    let head = written("Bucket", call.bucket) + &written("Prefix", prefix) + &written("IsTruncated", false);
    Ok(document("ListMultipartUploadsResult", &(head + &uploads)))
}

/// Forgets the uploads of a bucket that was deleted.
pub(super) fn forget_bucket(bucket: &str, context: &mut CallContext<'_>) {
    for (id, upload) in of_bucket(bucket, context).unwrap_or_default() {
        forget(&id, &upload, context);
    }
}

fn of_bucket(bucket: &str, context: &CallContext<'_>) -> Result<Vec<(String, Upload)>, Refused> {
    let mut found = Vec::new();
    for (id, record) in context.own.all(TABLE) {
        let upload = Upload::deserialize(record).map_err(failure)?;
        if upload.bucket == bucket {
            found.push((id.to_owned(), upload));
        }
    }
    Ok(found)
}

fn find(call: &Call<'_>, context: &CallContext<'_>) -> Result<(String, Upload), Refused> {
    let id = call.parameter("uploadId").unwrap_or_default();
    let upload = context.own.get(TABLE, &id).map(Upload::deserialize).transpose().map_err(failure)?;
    let upload = upload.filter(|upload| upload.bucket == call.bucket && upload.key == call.key);
    let missing = || {
        let message = "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may \
                       have been aborted or completed.";
        Refused::new(404, "NoSuchUpload", message).with("UploadId", &id)
    };
    upload.map(|upload| (id.clone(), upload)).ok_or_else(missing)
}

fn save(id: &str, upload: &Upload, context: &mut CallContext<'_>) -> Result<(), Refused> {
    context.own.put(TABLE, id, serde_json::to_value(upload).map_err(failure)?);
    Ok(())
}

fn forget(id: &str, upload: &Upload, context: &mut CallContext<'_>) {
    for part in upload.parts.values() {
        bodies::release(&part.body, context);
    }
    context.own.remove(TABLE, id);
}

fn document(name: &str, fields: &str) -> MockResponse {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    MockResponse::xml(200, format!("{head}<{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{fields}</{name}>"))
}
