//! A backend that fails at one of its calls, before or after the call has had its effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ebbtide_engine::sdk::BoxFuture;
use ebbtide_engine::state::{
    Backend, Commit, Lease, LockInfo, LockOwner, StateError, Stored, StoredSegment, Version, WriteSession,
};

/// When a call fails.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// The call has no effect.
    Before,
    /// The call has its effect, and its answer is lost.
    After,
}

/// The end of the connection to a backend: every call from one on fails.
#[derive(Clone)]
pub struct Cut {
    at: usize,
    when: When,
    calls: Arc<AtomicUsize>,
}

impl Cut {
    pub fn new(at: usize, when: When) -> Self {
        Self { at, when, calls: Arc::default() }
    }

    /// Returns whether any call failed.
    pub fn failed(&self) -> bool {
        self.calls.load(Ordering::SeqCst) >= self.at
    }

    async fn around<T>(&self, call: impl Future<Output = Result<T, StateError>>) -> Result<T, StateError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let lost = || StateError::Io {
            act: "reach",
            location: "the backend".into(),
            source: std::io::Error::other(format!("cut off at call {number}")),
        };
        if number > self.at || (number == self.at && matches!(self.when, When::Before)) {
            return Err(lost());
        }
        let answer = call.await;
        if number == self.at { Err(lost()) } else { answer }
    }
}

/// A backend whose connection ends.
pub struct Failing {
    pub inner: Box<dyn Backend>,
    pub cut: Cut,
}

struct FailingSession {
    inner: Box<dyn WriteSession>,
    cut: Cut,
}

impl Backend for Failing {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>> {
        Box::pin(self.cut.around(self.inner.document()))
    }

    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>> {
        Box::pin(self.cut.around(self.inner.journal()))
    }

    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>> {
        Box::pin(self.cut.around(self.inner.serials()))
    }

    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(self.cut.around(self.inner.earlier(serial)))
    }

    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(self.cut.around(self.inner.index()))
    }

    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>> {
        Box::pin(self.cut.around(self.inner.segments(after)))
    }

    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>> {
        Box::pin(self.cut.around(self.inner.segment(number)))
    }

    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>> {
        Box::pin(self.cut.around(self.inner.lock_info()))
    }

    fn acquire(&self, owner: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>> {
        Box::pin(async move {
            let inner = self.inner.acquire(owner).await?;
            let session: Box<dyn WriteSession> = Box::new(FailingSession { inner, cut: self.cut.clone() });
            Ok(session)
        })
    }

    fn unlock<'a>(&'a self, lock: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(self.cut.around(self.inner.unlock(lock)))
    }
}

impl WriteSession for FailingSession {
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> BoxFuture<'a, Result<Version, StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.commit(commit)).await })
    }

    fn append<'a>(&'a mut self, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.append(lines)).await })
    }

    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.keep(serial, bytes)).await })
    }

    fn remove<'a>(&'a mut self, serials: &'a [u64]) -> BoxFuture<'a, Result<(), StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.remove(serials)).await })
    }

    fn write_index<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.write_index(bytes)).await })
    }

    fn keep_segment<'a>(&'a mut self, number: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>> {
        let cut = self.cut.clone();
        Box::pin(async move { cut.around(self.inner.keep_segment(number, bytes)).await })
    }

    fn lease(&self) -> Lease {
        self.inner.lease()
    }

    // The lock is released in any case: it would end by itself a while later.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.inner.release()
    }
}
