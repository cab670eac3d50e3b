//! The objects of one stack's state: read, written under a condition, listed, deleted.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, Delete, ObjectIdentifier, ServerSideEncryption};
use aws_smithy_types::DateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::task::JoinSet;

use super::bucket::StateBucket;
use super::date::ServerDate;
use super::errors::{aws_error, condition_failed};
use crate::sdk::{Backoff, CallName as _, Error, ErrorKind, built};
use crate::state::error::StateError;

/// The number of times a read is repeated whose body broke off; the SDK does not repeat it.
const RETRIES: usize = 4;
/// The number of objects that are read at once.
const AT_ONCE: usize = 16;
/// The most objects of one `DeleteObjects` call.
const DELETED_AT_ONCE: usize = 1000;
/// The characters that are encoded in the source of a copy, which is sent in a header that the SDK leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The objects of one stack's state.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    bucket: StateBucket,
    /// `PREFIX/ENVIRONMENT/STACK/`.
    folder: String,
}

/// An object, read.
pub(super) struct Object {
    pub(super) bytes: Vec<u8>,
    pub(super) etag: String,
    pub(super) modified: Option<DateTime>,
    /// The time in S3 when the object was read.
    pub(super) now: Option<DateTime>,
}

/// The condition of a write.
#[derive(Clone, Copy, Debug)]
pub(super) enum If<'a> {
    /// There is no object of that name.
    Absent,
    /// The object has this ETag.
    Is(&'a str),
    /// No condition.
    Always,
}

/// The result of a conditional write.
pub(super) enum Put {
    /// The object was written, and has this ETag.
    Done(String),
    /// The condition does not hold.
    Refused,
}

impl Objects {
    pub(super) fn new(bucket: &StateBucket, environment: &str, stack: &str) -> Self {
        Self { bucket: bucket.clone(), folder: format!("{}{stack}/", bucket.folder(environment)) }
    }

    /// Returns an object's URL.
    pub(super) fn url(&self, name: &str) -> String {
        self.bucket.url(&self.key(name))
    }

    fn s3(&self) -> &aws_sdk_s3::Client {
        self.bucket.aws.s3()
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    fn failed(&self, act: &'static str, name: &str, error: Error) -> StateError {
        aws_error(act, &self.url(name), error)
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Object>, StateError> {
        let mut delays = Backoff::RETRY.delays().take(RETRIES);
        loop {
            let date = ServerDate::default();
            let request = self.s3().get_object().bucket(&self.bucket.name).key(self.key(name));
            let answer = request.customize().interceptor(date.clone()).send().await.named("s3:GetObject");
            let object = match answer {
                Ok(object) => object,
                Err(error) if error.is_code("NoSuchKey") => return Ok(None),
                Err(error) => return Err(self.failed("read", name, error)),
            };
            let (etag, modified) = (object.e_tag.unwrap_or_default(), object.last_modified);
            match object.body.collect().await {
                Ok(body) => return Ok(Some(Object { bytes: body.to_vec(), etag, modified, now: date.seen() })),
                Err(error) => match delays.next() {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => {
                        let error = Error::new(ErrorKind::Unavailable, format!("the answer was cut off: {error}"));
                        return Err(self.failed("read", name, error));
                    }
                },
            }
        }
    }

    /// Writes an object under a condition. If the answer to a write is lost and the SDK or a proxy repeats it, the repetition
    /// is refused because of the first one: after `Refused` the caller has to read the object.
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
            Err(error) => Err(self.failed("write", name, error)),
        }
    }

    /// Copies an object within S3, if it still has an ETag.
    pub(super) async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<Put, StateError> {
        let source = format!("{}/{}", self.bucket.name, self.key(from));
        let source = utf8_percent_encode(&source, ENCODED).to_string();
        let request = self.s3().copy_object().bucket(&self.bucket.name).key(self.key(to)).copy_source(source);
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).set_ssekms_key_id(self.kms_key());
        match request.copy_source_if_match(etag).send().await.named("s3:CopyObject") {
            Ok(_) => Ok(Put::Done(etag.to_owned())),
            Err(error) if condition_failed(&error) => Ok(Put::Refused),
            Err(error) => Err(self.failed("copy", from, error)),
        }
    }

    /// Returns the names of the objects in a folder, ascending.
    pub(super) async fn names(&self, folder: &str) -> Result<Vec<String>, StateError> {
        Ok(self.listed(folder, None).await?.into_iter().map(|(name, _)| name).collect())
    }

    /// Returns the names of the objects in a folder, or of those after a name, ascending, with their ETags.
    pub(super) async fn listed(
        &self,
        folder: &str,
        after: Option<String>,
    ) -> Result<Vec<(String, Option<String>)>, StateError> {
        let request = self.s3().list_objects_v2().bucket(&self.bucket.name).prefix(self.key(folder));
        let request = request.set_start_after(after.map(|name| self.key(&name)));
        let mut pages = request.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.named("s3:ListObjectsV2").map_err(|error| self.failed("list", folder, error))?;
            let objects = page.contents.unwrap_or_default().into_iter();
            names.extend(objects.filter_map(|object| {
                let name = object.key?.strip_prefix(&self.folder)?.to_owned();
                Some((name, object.e_tag))
            }));
        }
        names.sort();
        Ok(names)
    }

    /// Returns the contents of objects, in the order of their names. Objects that were deleted meanwhile are left out.
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

    /// Deletes objects. An object that does not exist is no error.
    pub(super) async fn delete(&self, names: &[String]) -> Result<(), StateError> {
        let failed = |error| self.failed("delete in", "", error);
        for names in names.chunks(DELETED_AT_ONCE) {
            let objects = names.iter().map(|name| built(ObjectIdentifier::builder().key(self.key(name)).build()));
            let objects = objects.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            let delete = Delete::builder().quiet(true).set_objects(Some(objects)).build();
            let request = self.s3().delete_objects().bucket(&self.bucket.name).delete(built(delete).map_err(failed)?);
            request.send().await.named("s3:DeleteObjects").map_err(failed)?;
        }
        Ok(())
    }

    /// Returns whether the bucket keeps versions; `None` if the credentials may not read it.
    pub(super) async fn versioned(&self) -> Result<Option<bool>, StateError> {
        let request = self.s3().get_bucket_versioning().bucket(&self.bucket.name);
        match request.send().await.named("s3:GetBucketVersioning") {
            Ok(answer) => Ok(Some(answer.status == Some(BucketVersioningStatus::Enabled))),
            Err(error) if error.kind == ErrorKind::Denied => Ok(None),
            Err(error) => Err(self.failed("read", "", error)),
        }
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket.name
    }

    fn kms_key(&self) -> Option<String> {
        self.bucket.kms_key.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_copy_is_encoded() {
        let encoded = utf8_percent_encode("bucket/odd & co/ü+%20 'x'=1/state.json", ENCODED).to_string();
        assert_eq!(encoded, "bucket/odd%20%26%20co/%C3%BC%2B%2520%20%27x%27%3D1/state.json");
    }
}
