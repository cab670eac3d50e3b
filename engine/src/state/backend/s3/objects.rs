//! The objects of one stack's state: read, written under a condition, listed.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ServerSideEncryption};
use aws_smithy_types::DateTime;
use tokio::task::JoinSet;

use crate::sdk::{CallName as _, Error, ErrorKind};
use crate::state::backend::s3::date::ServerDate;
use crate::state::{Bucket, StateError};

/// How often an answer that breaks off in the middle is asked for again; the SDK does not do that.
const READ_AGAIN: usize = 4;
/// How many objects are read at once.
const AT_ONCE: usize = 16;
/// How many objects one call deletes at most (the limit of `DeleteObjects`).
const DELETED_AT_ONCE: usize = 1000;

/// The objects of one stack's state.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    bucket: Bucket,
    /// `PREFIX/ENVIRONMENT/STACK/`.
    folder: String,
}

/// An object, read.
pub(super) struct Object {
    pub(super) bytes: Vec<u8>,
    pub(super) etag: String,
    pub(super) modified: Option<DateTime>,
    /// What time it was in S3 when it was read.
    pub(super) now: Option<DateTime>,
}

/// What must be true of an object for a write to be done.
#[derive(Clone, Copy, Debug)]
pub(super) enum If<'a> {
    /// There is none of that name.
    Absent,
    /// It is the one with this ETag.
    Is(&'a str),
    /// Nothing.
    Always,
}

/// How a conditional write ended.
pub(super) enum Put {
    /// Written; its ETag.
    Done(String),
    /// The condition does not hold (any more).
    Refused,
}

impl Objects {
    pub(super) fn new(bucket: &Bucket, environment: &str, stack: &str) -> Self {
        Self { bucket: bucket.clone(), folder: format!("{}{stack}/", folder(bucket, environment)) }
    }

    /// An object's URL.
    pub(super) fn url(&self, name: &str) -> String {
        format!("s3://{}/{}{name}", self.bucket.name, self.folder)
    }

    fn s3(&self) -> &aws_sdk_s3::Client {
        self.bucket.aws.s3()
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    fn refused(&self, act: &'static str, name: &str, error: Error) -> StateError {
        refused(act, &self.url(name), error)
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Object>, StateError> {
        let mut again = 0;
        loop {
            let date = ServerDate::default();
            let request = self.s3().get_object().bucket(&self.bucket.name).key(self.key(name));
            let answer = request.customize().interceptor(date.clone()).send().await.named("s3:GetObject");
            let object = match answer {
                Ok(object) => object,
                Err(error) if error.is_code("NoSuchKey") => return Ok(None),
                Err(error) => return Err(self.refused("read", name, error)),
            };
            let (etag, modified) = (object.e_tag.unwrap_or_default(), object.last_modified);
            match object.body.collect().await {
                Ok(body) => return Ok(Some(Object { bytes: body.to_vec(), etag, modified, now: date.seen() })),
                Err(_) if again < READ_AGAIN => again += 1,
                Err(error) => {
                    let error = Error::new(ErrorKind::Unavailable, format!("the answer was cut off: {error}"));
                    return Err(self.refused("read", name, error));
                }
            }
        }
    }

    /// Writes an object under a condition. A write whose answer was lost and that was repeated, by the SDK or a proxy, is
    /// refused for its own sake: `Refused` means that somebody has to look.
    pub(super) async fn put(&self, name: &str, bytes: &[u8], condition: If<'_>) -> Result<Put, StateError> {
        let mut request = self.s3().put_object().bucket(&self.bucket.name).key(self.key(name));
        request = request.content_type("application/json").body(ByteStream::from(bytes.to_vec()));
        request = request.server_side_encryption(ServerSideEncryption::AwsKms).set_ssekms_key_id(self.kms_key());
        request = match condition {
            If::Absent => request.if_none_match("*"),
            If::Is(etag) => request.if_match(etag),
            If::Always => request,
        };
        match request.send().await.named("s3:PutObject") {
            Ok(put) => Ok(Put::Done(put.e_tag.unwrap_or_default())),
            Err(error) if condition_failed(&error) => Ok(Put::Refused),
            Err(error) => Err(self.refused("write", name, error)),
        }
    }

    /// Copies an object within S3, if it still is the one with an ETag.
    pub(super) async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<Put, StateError> {
        let source = encoded(&format!("{}/{}", self.bucket.name, self.key(from)));
        let request = self.s3().copy_object().bucket(&self.bucket.name).key(self.key(to)).copy_source(source);
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).set_ssekms_key_id(self.kms_key());
        match request.copy_source_if_match(etag).send().await.named("s3:CopyObject") {
            Ok(_) => Ok(Put::Done(etag.to_owned())),
            Err(error) if condition_failed(&error) => Ok(Put::Refused),
            Err(error) => Err(self.refused("copy", from, error)),
        }
    }

    /// The names of the objects in a folder, ascending.
    pub(super) async fn names(&self, folder: &str) -> Result<Vec<String>, StateError> {
        let request = self.s3().list_objects_v2().bucket(&self.bucket.name).prefix(self.key(folder));
        let mut pages = request.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.named("s3:ListObjectsV2").map_err(|error| self.refused("list", folder, error))?;
            let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
            names.extend(keys.filter_map(|key| key.strip_prefix(&self.folder).map(str::to_owned)));
        }
        names.sort();
        Ok(names)
    }

    /// The contents of objects, in the order of their names; what is gone meanwhile is left out.
    pub(super) async fn contents(&self, names: Vec<String>) -> Result<Vec<Vec<u8>>, StateError> {
        let mut found: Vec<Option<Vec<u8>>> = vec![None; names.len()];
        let mut waiting = names.into_iter().enumerate();
        let mut reads = JoinSet::new();
        loop {
            while reads.len() < AT_ONCE
                && let Some((index, name)) = waiting.next()
            {
                let objects = self.clone();
                reads.spawn(async move { (index, objects.get(&name).await) });
            }
            let Some(read) = reads.join_next().await else { break };
            let (index, object) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            found[index] = object?.map(|object| object.bytes);
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Deletes objects. What is gone already is no error.
    pub(super) async fn delete(&self, names: &[String]) -> Result<(), StateError> {
        for names in names.chunks(DELETED_AT_ONCE) {
            let mut delete = Delete::builder().quiet(true);
            for name in names {
                let object = ObjectIdentifier::builder().key(self.key(name)).build();
                delete = delete.objects(object.map_err(|error| self.invalid(&error))?);
            }
            let delete = delete.build().map_err(|error| self.invalid(&error))?;
            let request = self.s3().delete_objects().bucket(&self.bucket.name).delete(delete);
            request
                .send()
                .await
                .named("s3:DeleteObjects")
                .map_err(|error| self.refused("delete in", "journal/", error))?;
        }
        Ok(())
    }

    /// Whether the bucket keeps versions; `None` where the credentials may not ask.
    pub(super) async fn versioned(&self) -> Result<Option<bool>, StateError> {
        let request = self.s3().get_bucket_versioning().bucket(&self.bucket.name);
        match request.send().await.named("s3:GetBucketVersioning") {
            Ok(answer) => Ok(Some(answer.status == Some(aws_sdk_s3::types::BucketVersioningStatus::Enabled))),
            Err(error) if error.kind == ErrorKind::Denied => Ok(None),
            Err(error) => Err(self.refused("read", "", error)),
        }
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket.name
    }

    fn kms_key(&self) -> Option<String> {
        self.bucket.kms_key.clone()
    }

    fn invalid(&self, error: &dyn std::error::Error) -> StateError {
        self.refused("delete in", "journal/", Error::invalid(error.to_string()))
    }
}

/// The source of a copy travels in a header, which the SDK leaves as it is: whatever a prefix may have is encoded here.
fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// `PREFIX/ENVIRONMENT/`.
pub(super) fn folder(bucket: &Bucket, environment: &str) -> String {
    let separator = if bucket.prefix.is_empty() { "" } else { "/" };
    format!("{}{separator}{environment}/", bucket.prefix)
}

/// 412: the object is another one. 409: another conditional write is under way, and this one may win yet. 404: `If-Match`
/// and no object.
fn condition_failed(error: &Error) -> bool {
    ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"].iter().any(|code| error.is_code(code))
}

/// What AWS said, with what to do about it.
pub(super) fn refused(act: &'static str, place: &str, error: Error) -> StateError {
    let hint = match error.code.as_deref() {
        Some("NoSuchBucket") => {
            let bucket = place.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
            Some(format!("`ebb state init s3://{bucket}` makes it"))
        }
        Some("KMS.DisabledException" | "KMS.NotFoundException") => {
            Some("see that [state] names a KMS key that is enabled".to_owned())
        }
        _ => None,
    };
    let hint = hint.or_else(|| {
        // S3 answers «access denied» for a missing object to who may not list the bucket.
        let lists = error.kind == ErrorKind::Denied && error.call.as_deref() == Some("s3:GetObject");
        lists.then(|| {
            "allow `s3:GetObject` and `s3:ListBucket` to the credentials in use, then run the same command: \
                       without the second, S3 does not tell that an object is missing"
                .to_owned()
        })
    });
    let error = match hint {
        Some(hint) => error.hint(hint),
        None => error,
    };
    StateError::Aws { act, place: place.to_owned(), error: Box::new(error) }
}
