//! Reading and locking the state of one stack in a bucket.

use std::time::Duration;

use super::bucket::StateBucket;
use super::errors::aws_error;
use super::lease::{self, LEASE_SECONDS};
use super::names::{DOCUMENT, HISTORY, INDEX, JOURNAL, LEDGER, earlier, segment};
use super::objects::Objects;
use super::session::S3Session;
use crate::sdk::{BoxFuture, CallName as _};
use crate::state::backend::traits::{Backend, Stored, StoredSegment, Version, WriteSession};
use crate::state::error::StateError;
use crate::state::lock::{LockInfo, LockOwner};

/// The number of times a lease is renewed before it would end. Each renewal also notices if the lease was taken away.
const RENEWALS: u32 = 12;

/// The state of one stack in one environment in a bucket of S3.
#[derive(Clone, Debug)]
pub struct S3Backend {
    objects: Objects,
    /// The seconds after which a lease ends if it is not renewed.
    lease_seconds: u64,
}

impl S3Backend {
    /// Creates the backend for a stack under `PREFIX/ENVIRONMENT/STACK/`.
    pub fn new(bucket: &StateBucket, environment: &str, stack: &str) -> Self {
        Self { objects: Objects::new(bucket, environment, stack), lease_seconds: LEASE_SECONDS }
    }

    /// Changes after how many seconds a lease ends if it is not renewed.
    #[must_use]
    pub fn with_lease(mut self, seconds: u64) -> Self {
        self.lease_seconds = seconds;
        self
    }

    /// Returns the stacks of an environment that have state here.
    pub async fn stacks(bucket: &StateBucket, environment: &str) -> Result<Vec<String>, StateError> {
        let under = bucket.folder(environment);
        let request = bucket.aws.s3().list_objects_v2().bucket(&bucket.name).prefix(&under).delimiter("/");
        let mut pages = request.into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.named("s3:ListObjectsV2");
            let page = page.map_err(|error| aws_error("list", &bucket.url(&under), error))?;
            let folders = page.common_prefixes.unwrap_or_default().into_iter().filter_map(|folder| folder.prefix);
            stacks.extend(folders.filter_map(|name| Some(name.strip_prefix(&under)?.trim_end_matches('/').to_owned())));
        }
        stacks.sort();
        Ok(stacks)
    }
}

impl Backend for S3Backend {
    fn location(&self) -> String {
        self.objects.url(DOCUMENT)
    }

    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>> {
        Box::pin(async {
            let object = self.objects.get(DOCUMENT).await?;
            Ok(object.map(|object| Stored { bytes: object.bytes, version: Version(object.etag) }))
        })
    }

    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>> {
        Box::pin(async {
            let names = self.objects.names(JOURNAL).await?;
            Ok(self.objects.contents(names).await?.concat())
        })
    }

    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>> {
        Box::pin(async {
            let names = self.objects.names(HISTORY).await?;
            let serial = |name: &String| name.strip_prefix(HISTORY)?.strip_suffix(".json")?.parse().ok();
            Ok(names.iter().filter_map(serial).collect())
        })
    }

    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { Ok(self.objects.get(&earlier(serial)).await?.map(|object| object.bytes)) })
    }

    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async { Ok(self.objects.get(INDEX).await?.map(|object| object.bytes)) })
    }

    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>> {
        Box::pin(async move {
            // Names are in the order of their numbers.
            let listed = self.objects.listed(LEDGER, Some(segment(after))).await?.into_iter();
            let stored = |(name, etag): (String, Option<String>)| {
                let number = name.strip_prefix(LEDGER)?.strip_suffix(".json")?.parse().ok()?;
                Some(StoredSegment { number, version: etag.map(Version) })
            };
            Ok(listed.filter_map(stored).collect())
        })
    }

    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { Ok(self.objects.get(&segment(number)).await?.map(|object| object.bytes)) })
    }

    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>> {
        Box::pin(lease::read(&self.objects))
    }

    fn acquire(&self, owner: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            if self.objects.versioned().await? == Some(false) {
                return Err(StateError::NotVersioned(self.objects.bucket().to_owned()));
            }
            let own = lease::take(&self.objects, owner, self.lease_seconds).await?;
            let renew_every = Duration::from_secs(self.lease_seconds) / RENEWALS;
            let session: Box<dyn WriteSession> = Box::new(S3Session::new(self.objects.clone(), own, renew_every));
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, lock: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(lease::unlock(&self.objects, lock))
    }
}
