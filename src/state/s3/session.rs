//! Writing state in S3.

use tokio::task::JoinHandle;

use super::lease::Own;
use super::objects::{If, Objects, Put};
use crate::resource::Boxed;
use crate::state::{Commit, Lease, Session, StateError, Version};

/// The right to write, as long as the lease is renewed.
pub(super) struct S3Session {
    objects: Objects,
    token: String,
    lease: Lease,
    renewing: JoinHandle<()>,
    /// How many objects were appended to the journal.
    appended: u64,
}

impl S3Session {
    pub(super) fn new(objects: Objects, own: Own, renew_every: std::time::Duration) -> Self {
        let (token, lease) = (own.token(), own.lease.clone());
        Self { objects, token, lease, renewing: tokio::spawn(own.keep_up(renew_every)), appended: 0 }
    }

    async fn write(&mut self, commit: Commit<'_>) -> Result<Version, StateError> {
        let moved = || StateError::Moved { place: self.objects.url(DOCUMENT), lineage: String::new(), serial: 0 };
        if let (Some(Version(etag)), Some(serial)) = (commit.replaces, commit.keep_as)
            && let Put::Refused = self.objects.copy(DOCUMENT, etag, &earlier(serial)).await?
        {
            return Err(moved());
        }
        let condition = commit.replaces.map_or(If::Absent, |Version(etag)| If::Is(etag));
        let etag = match self.objects.put(DOCUMENT, commit.bytes, condition).await? {
            Put::Done(etag) => etag,
            // If it is this very document, its first answer was lost.
            Put::Refused => match self.objects.get(DOCUMENT).await? {
                Some(object) if object.bytes == commit.bytes => object.etag,
                _ => return Err(moved()),
            },
        };
        // Lines of a run that is over are not read any more; what is left here goes with the next commit.
        if let Ok(names) = self.objects.names(JOURNAL).await {
            let _ = self.objects.delete(&names).await;
        }
        Ok(Version(etag))
    }
}

/// The document's object.
pub(super) const DOCUMENT: &str = "state.json";
/// The folder of the journal's objects.
pub(super) const JOURNAL: &str = "journal/";
/// The folder of earlier documents.
pub(super) const HISTORY: &str = "history/";

/// The object of an earlier document.
pub(super) fn earlier(serial: u64) -> String {
    format!("{HISTORY}{serial:08}.json")
}

impl Session for S3Session {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> Boxed<'a, Result<Version, StateError>> {
        Box::pin(self.write(commit))
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.appended += 1;
            let name = format!("{JOURNAL}{}-{:08}", self.token, self.appended);
            self.objects.put(&name, lines, If::Always).await.map(drop)
        })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move { self.objects.put(&earlier(serial), bytes, If::Always).await.map(drop) })
    }

    fn lease(&self) -> Lease {
        self.lease.clone()
    }

    fn release(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            self.renewing.abort();
            Own::give_back(&self.objects, &self.token).await;
        })
    }
}

impl Drop for S3Session {
    fn drop(&mut self) {
        // Without this the lease would be renewed for as long as the process lives.
        self.renewing.abort();
    }
}
