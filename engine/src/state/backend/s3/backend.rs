//! Where the state of one stack is in S3.

use std::time::Duration;

use crate::sdk::{Boxed, CallName as _};
use crate::state::backend::s3::lease;
use crate::state::backend::s3::lease::STANDS;
use crate::state::backend::s3::objects::{Objects, folder, refused};
use crate::state::backend::s3::session::{DOCUMENT, HISTORY, JOURNAL, S3Session, earlier};
use crate::state::{Backend, Bucket, LockInfo, LockOwner, StateError, Stored, Version, WriteSession};

/// How many times a lease is renewed before it would end; each time it is also noticed if somebody took it away.
const RENEWALS: u32 = 12;

/// The state of one stack in one environment in a bucket of S3.
#[derive(Clone, Debug)]
pub struct S3Backend {
    objects: Objects,
    /// How long a lease stands without being renewed, in seconds.
    stands: u64,
}

impl S3Backend {
    /// StateStore under `PREFIX/ENVIRONMENT/STACK/`.
    pub fn new(bucket: &Bucket, environment: &str, stack: &str) -> Self {
        Self { objects: Objects::new(bucket, environment, stack), stands: STANDS }
    }

    /// With a lease that stands so many seconds without being renewed.
    #[must_use]
    pub fn lease_of(mut self, seconds: u64) -> Self {
        self.stands = seconds;
        self
    }

    /// The stacks of an environment that have state here.
    pub async fn stacks(bucket: &Bucket, environment: &str) -> Result<Vec<String>, StateError> {
        let under = folder(bucket, environment);
        let request = bucket.aws.s3().list_objects_v2().bucket(&bucket.name).prefix(&under).delimiter("/");
        let mut pages = request.into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.named("s3:ListObjectsV2");
            let page = page.map_err(|error| refused("list", &format!("s3://{}/{under}", bucket.name), error))?;
            let folders = page.common_prefixes.unwrap_or_default().into_iter().filter_map(|folder| folder.prefix);
            stacks.extend(folders.filter_map(|name| Some(name.strip_prefix(&under)?.trim_end_matches('/').to_owned())));
        }
        stacks.sort();
        Ok(stacks)
    }
}

impl Backend for S3Backend {
    fn place(&self) -> String {
        self.objects.url(DOCUMENT)
    }

    fn document(&self) -> Boxed<'_, Result<Option<Stored>, StateError>> {
        Box::pin(async {
            let object = self.objects.get(DOCUMENT).await?;
            Ok(object.map(|object| Stored { bytes: object.bytes, version: Version(object.etag) }))
        })
    }

    fn journal(&self) -> Boxed<'_, Result<Vec<u8>, StateError>> {
        Box::pin(async {
            let names = self.objects.names(JOURNAL).await?;
            Ok(self.objects.contents(names).await?.concat())
        })
    }

    fn serials(&self) -> Boxed<'_, Result<Vec<u64>, StateError>> {
        Box::pin(async {
            let names = self.objects.names(HISTORY).await?;
            let serial = |name: &String| name.strip_prefix(HISTORY)?.strip_suffix(".json")?.parse().ok();
            Ok(names.iter().filter_map(serial).collect())
        })
    }

    fn earlier(&self, serial: u64) -> Boxed<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(async move { Ok(self.objects.get(&earlier(serial)).await?.map(|object| object.bytes)) })
    }

    fn held(&self) -> Boxed<'_, Result<Option<LockInfo>, StateError>> {
        Box::pin(lease::look(&self.objects))
    }

    fn acquire(&self, holder: LockOwner) -> Boxed<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            if self.objects.versioned().await? == Some(false) {
                return Err(StateError::NotVersioned(self.objects.bucket().to_owned()));
            }
            let own = lease::take(&self.objects, holder, self.stands).await?;
            let renew_every = Duration::from_secs(self.stands) / RENEWALS;
            let session: Box<dyn WriteSession> = Box::new(S3Session::new(self.objects.clone(), own, renew_every));
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, held: &'a LockInfo) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(lease::unlock(&self.objects, held))
    }
}
