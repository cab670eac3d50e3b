//! Writing state in S3.

use tokio::task::JoinHandle;

use crate::sdk::Boxed;
use crate::state::backend::s3::lease;
use crate::state::backend::s3::lease::Own;
use crate::state::backend::s3::objects::{If, Objects, Put};
use crate::state::{Commit, Lease, StateError, Version, WriteSession};

/// The right to write, as long as the lease is renewed.
pub(super) struct S3Session {
    objects: Objects,
    token: String,
    /// How often the stack was taken before, for the order of the journal.
    taken: u64,
    lease: Lease,
    renewing: JoinHandle<()>,
    /// How many objects were appended to the journal.
    appended: u64,
}

impl S3Session {
    pub(super) fn new(objects: Objects, own: Own, renew_every: std::time::Duration) -> Self {
        let (token, taken, lease) = (own.token(), own.taken(), own.lease.clone());
        Self { objects, token, taken, lease, renewing: tokio::spawn(own.keep_up(renew_every)), appended: 0 }
    }

    async fn write(&mut self, commit: Commit<'_>) -> Result<Version, StateError> {
        self.confirm().await?;
        // Listed before the write: who was frozen after it would else delete what the next writer appended meanwhile.
        let ended = self.objects.names(JOURNAL).await?;
        let etag = self.replace(commit).await?;
        // Lines of a run that is over are not read any more; what is left here goes with the next commit.
        let _ = self.objects.delete(&ended).await;
        Ok(Version(etag))
    }

    /// Writes the document in place of the one that it replaces; answers its ETag.
    async fn replace(&self, commit: Commit<'_>) -> Result<String, StateError> {
        let condition = commit.replaces.map_or(If::Absent, |Version(etag)| If::Is(etag));
        for _ in 0..ATTEMPTS {
            let kept = match (commit.replaces, commit.keep_as) {
                (Some(Version(etag)), Some(serial)) => self.keep_replaced(etag, serial).await?,
                _ => true,
            };
            if kept && let Put::Done(etag) = self.objects.put(DOCUMENT, commit.bytes, condition).await? {
                return Ok(etag);
            }
            match self.objects.get(DOCUMENT).await? {
                // It is this very document: its first answer was lost.
                Some(object) if object.bytes == commit.bytes => return Ok(object.etag),
                there if there.as_ref().map(|object| &object.etag) != commit.replaces.map(|Version(etag)| etag) => {
                    return Err(self.moved());
                }
                // It is still the one to be replaced: another conditional write was under way, and lost.
                _ => tokio::time::sleep(AGAIN_AFTER).await,
            }
        }
        Err(self.moved())
    }

    /// Keeps the document that is about to be replaced under its serial. Another document of that serial, which was
    /// replaced by hand once, stays among the versions of its object.
    async fn keep_replaced(&self, etag: &str, serial: u64) -> Result<bool, StateError> {
        Ok(matches!(self.objects.copy(DOCUMENT, etag, &earlier(serial)).await?, Put::Done(_)))
    }

    /// Looks whether the lease is still ours before each write: who was unlocked learns of it here, not at the next
    /// renewal.
    async fn confirm(&self) -> Result<(), StateError> {
        if self.lease.lost().is_none()
            && let Some(why) = lease::lost(&self.objects, &self.token).await?
        {
            self.lease.lose(why);
        }
        match self.lease.lost() {
            Some(why) => Err(StateError::LeaseLost { place: self.objects.url(DOCUMENT), why }),
            None => Ok(()),
        }
    }

    fn moved(&self) -> StateError {
        StateError::Conflict { place: self.objects.url(DOCUMENT), lineage: String::new(), serial: 0 }
    }
}

/// How often a write is tried that S3 refuses because another one is under way.
const ATTEMPTS: usize = 4;
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_millis(200);

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

impl WriteSession for S3Session {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> Boxed<'a, Result<Version, StateError>> {
        Box::pin(self.write(commit))
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.appended += 1;
            let name = format!("{JOURNAL}{:08}-{:08}-{}", self.taken, self.appended, self.token);
            self.objects.put(&name, lines, If::Always).await.map(drop)
        })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> Boxed<'a, Result<(), StateError>> {
        Box::pin(async move {
            self.confirm().await?;
            self.objects.put(&earlier(serial), bytes, If::Always).await.map(drop)
        })
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
