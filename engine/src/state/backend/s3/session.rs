//! Writing state in a bucket.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::lease::{self, OwnLease};
use super::names::{DOCUMENT, INDEX, JOURNAL, earlier, segment};
use super::objects::{If, Objects, Put};
use crate::sdk::{Backoff, BoxFuture};
use crate::state::backend::lease::Lease;
use crate::state::backend::traits::{Commit, Version, WriteSession};
use crate::state::error::StateError;

/// The number of attempts of a write that S3 refuses because another write is in progress.
const ATTEMPTS: usize = 4;

/// The right to write, as long as the lease is renewed.
pub(super) struct S3Session {
    objects: Objects,
    token: String,
    /// The number of times the stack was locked, for the order of the journal.
    taken: u64,
    lease: Lease,
    renewing: JoinHandle<()>,
    /// The number of objects that were appended to the journal.
    appended: u64,
}

impl S3Session {
    pub(super) fn new(objects: Objects, own: OwnLease, renew_every: Duration) -> Self {
        let (token, taken, lease) = (own.token(), own.taken(), own.lease.clone());
        Self { objects, token, taken, lease, renewing: tokio::spawn(own.keep_up(renew_every)), appended: 0 }
    }

    async fn write(&mut self, commit: Commit<'_>) -> Result<Version, StateError> {
        self.confirm().await?;
        // Listed before the write: a process that is frozen after it would otherwise delete lines of the next writer.
        let ended = self.objects.names(JOURNAL).await?;
        let etag = self.replace(commit).await?;
        // Lines of a run that is over are never read. The next commit deletes the rest.
        let _ = self.objects.delete(&ended).await;
        Ok(Version(etag))
    }

    /// Writes the document in place of the one that it replaces. Returns its ETag.
    async fn replace(&self, commit: Commit<'_>) -> Result<String, StateError> {
        let condition = commit.replaces.map_or(If::Absent, |Version(etag)| If::Is(etag));
        for delay in Backoff::RETRY.delays().take(ATTEMPTS) {
            let kept = match (commit.replaces, commit.keep_as) {
                (Some(Version(etag)), Some(serial)) => self.keep_replaced(etag, serial).await?,
                _ => true,
            };
            if kept && let Put::Done(etag) = self.objects.put(DOCUMENT, commit.bytes, condition).await? {
                return Ok(etag);
            }
            match self.objects.get(DOCUMENT).await? {
                // It is this very document: the answer to its first write was lost.
                Some(object) if object.bytes == commit.bytes => return Ok(object.etag),
                there if there.as_ref().map(|object| &object.etag) != commit.replaces.map(|Version(etag)| etag) => {
                    break;
                }
                // It is still the one to replace: another conditional write was in progress, and failed.
                _ => tokio::time::sleep(delay).await,
            }
        }
        Err(StateError::Conflict { location: self.objects.url(DOCUMENT), expected: None })
    }

    /// Keeps the document that is about to be replaced under its serial. Another document of that serial, which was replaced
    /// by hand once, stays among the versions of its object.
    async fn keep_replaced(&self, etag: &str, serial: u64) -> Result<bool, StateError> {
        Ok(matches!(self.objects.copy(DOCUMENT, etag, &earlier(serial)).await?, Put::Done(_)))
    }

    /// Checks before each write that this process still has the lease. A process that was unlocked notices it here, not at
    /// the next renewal.
    async fn confirm(&self) -> Result<(), StateError> {
        if self.lease.expired().is_none()
            && let Some(reason) = lease::lost(&self.objects, &self.token).await?
        {
            self.lease.revoke(reason);
        }
        match self.lease.expired() {
            Some(reason) => Err(StateError::LeaseLost { location: self.objects.url(DOCUMENT), reason }),
            None => Ok(()),
        }
    }
}

impl WriteSession for S3Session {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> BoxFuture<'a, Result<Version, StateError>> {
        Box::pin(self.write(commit))
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.appended += 1;
            let name = format!("{JOURNAL}{:08}-{:08}-{}", self.taken, self.appended, self.token);
            self.objects.put(&name, lines, If::Always).await.map(drop)
        })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.objects.put(&earlier(serial), bytes, If::Always).await.map(drop)
        })
    }

    fn remove<'a>(&'a mut self, serials: &'a [u64]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.objects.delete(&serials.iter().copied().map(earlier).collect::<Vec<_>>()).await
        })
    }

    fn write_index<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move { self.objects.put(INDEX, bytes, If::Always).await.map(drop) })
    }

    fn keep_segment<'a>(&'a mut self, number: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.objects.put(&segment(number), bytes, If::Always).await.map(drop)
        })
    }

    fn lease(&self) -> Lease {
        self.lease.clone()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.renewing.abort();
            OwnLease::give_back(&self.objects, &self.token).await;
        })
    }
}

impl Drop for S3Session {
    fn drop(&mut self) {
        // Otherwise the lease would be renewed for as long as the process lives.
        self.renewing.abort();
    }
}
