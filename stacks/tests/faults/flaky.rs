//! A backend on which a process can end, and whose disk can be full.

use std::io::{Error, ErrorKind};
use std::sync::Arc;

use ebbtide_engine::sdk::BoxFuture;
use ebbtide_engine::state::{
    Backend, Commit, Lease, LocalBackend, LockInfo, LockOwner, StateError, Stored, StoredSegment, Version, WriteSession,
};

use crate::cut::{Cut, Write};

/// A local directory, written through a [`Cut`].
pub struct Flaky {
    inner: LocalBackend,
    cut: Arc<Cut>,
}

impl Flaky {
    pub fn new(inner: LocalBackend, cut: Arc<Cut>) -> Self {
        Self { inner, cut }
    }
}

impl Backend for Flaky {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>> {
        self.inner.document()
    }

    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>> {
        self.inner.journal()
    }

    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>> {
        self.inner.serials()
    }

    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.inner.earlier(serial)
    }

    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.inner.index()
    }

    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>> {
        self.inner.segments(after)
    }

    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        self.inner.segment(number)
    }

    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>> {
        self.inner.lock_info()
    }

    fn acquire(&self, holder: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            let (inner, cut) = (self.inner.acquire(holder).await?, Arc::clone(&self.cut));
            let session: Box<dyn WriteSession> = Box::new(FlakySession { inner, cut, place: self.location() });
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, held: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>> {
        self.inner.unlock(held)
    }
}

struct FlakySession {
    inner: Box<dyn WriteSession>,
    cut: Arc<Cut>,
    place: String,
}

impl FlakySession {
    /// Returns whether the process ends after the write that is asked for.
    async fn before(&self) -> Result<bool, StateError> {
        match self.cut.write() {
            Write::Done => Ok(false),
            Write::Last => Ok(true),
            Write::Never => std::future::pending().await,
            Write::DiskFull => {
                let source = Error::from(ErrorKind::StorageFull);
                Err(StateError::Io { act: "write", location: self.place.clone(), source })
            }
        }
    }

    async fn after(&self, last: bool) {
        if last {
            self.cut.end();
            std::future::pending().await
        }
    }
}

impl WriteSession for FlakySession {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> BoxFuture<'a, Result<Version, StateError>> {
        Box::pin(async move {
            let last = self.before().await?;
            let version = self.inner.commit(commit).await?;
            self.after(last).await;
            Ok(version)
        })
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            let last = self.before().await?;
            self.inner.append(lines).await?;
            self.after(last).await;
            Ok(())
        })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        self.inner.keep(serial, bytes)
    }

    fn remove<'a>(&'a mut self, serials: &'a [u64]) -> BoxFuture<'a, Result<(), StateError>> {
        self.inner.remove(serials)
    }

    fn write_index<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        self.inner.write_index(bytes)
    }

    fn keep_segment<'a>(&'a mut self, number: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            let last = self.before().await?;
            self.inner.keep_segment(number, bytes).await?;
            self.after(last).await;
            Ok(())
        })
    }

    fn lease(&self) -> Lease {
        self.inner.lease()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.inner.release()
    }
}
