//! The interface of backends. [`StateStore`](crate::state::StateStore) turns their bytes into documents. Every backend keeps
//! the promises made here; one conformance suite checks them all.

use super::lease::Lease;
use crate::sdk::BoxFuture;
use crate::state::error::StateError;
use crate::state::lock::{LockInfo, LockOwner};

/// The version of a stored document: opaque, and different for different bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub String);

/// A stored document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The version.
    pub version: Version,
}

/// A stored segment of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSegment {
    /// Its number.
    pub number: u64,
    /// Its version; `None` if the backend has none, and reading it again costs nothing.
    pub version: Option<Version>,
}

/// A document to write.
#[derive(Clone, Copy, Debug)]
pub struct Commit<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The version of the document that is replaced; `None` if there is none.
    pub replaces: Option<&'a Version>,
    /// The serial under which the replaced document stays readable.
    pub keep_as: Option<u64>,
}

/// The stored state of one stack in one environment.
pub trait Backend: Send + Sync {
    /// Returns the location of the document, for messages: a path or a URL.
    fn location(&self) -> String;

    /// Returns the committed document, or `None` if there was never a commit.
    fn document(&self) -> BoxFuture<'_, Result<Option<Stored>, StateError>>;

    /// Returns the lines that were appended since the last commit, in order.
    fn journal(&self) -> BoxFuture<'_, Result<Vec<u8>, StateError>>;

    /// Returns the serials before the committed one that are kept, ascending.
    fn serials(&self) -> BoxFuture<'_, Result<Vec<u64>, StateError>>;

    /// Returns an earlier document, byte for byte.
    fn earlier(&self, serial: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>>;

    /// Returns the index of the history, as it was written last.
    fn index(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>>;

    /// Returns the segments of the ledger after a number, by ascending numbers.
    fn segments(&self, after: u64) -> BoxFuture<'_, Result<Vec<StoredSegment>, StateError>>;

    /// Returns a segment of the ledger, byte for byte.
    fn segment(&self, number: u64) -> BoxFuture<'_, Result<Option<Vec<u8>>, StateError>>;

    /// Returns the lock on the stack, if there is one.
    fn lock_info(&self) -> BoxFuture<'_, Result<Option<LockInfo>, StateError>>;

    /// Locks the stack for one writer. If it is locked already, the error is [`StateError::Locked`].
    fn acquire(&self, owner: LockOwner) -> BoxFuture<'_, Result<Box<dyn WriteSession>, StateError>>;

    /// Ends a lock: from now on every write of its owner is refused. Fails if the present lock is another one, or if it ends
    /// with its process and needs no unlocking.
    fn unlock<'a>(&'a self, lock: &'a LockInfo) -> BoxFuture<'a, Result<(), StateError>>;
}

/// The right to write.
pub trait WriteSession: Send + Sync {
    /// Makes a document durable, atomically, if the stored document still is the one that it replaces. Otherwise the error is
    /// [`StateError::Conflict`]. The replaced document stays readable under its serial, and the journal becomes empty.
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> BoxFuture<'a, Result<Version, StateError>>;

    /// Makes lines durable, each ended by a line break. They are appended completely and in order, or not at all.
    fn append<'a>(&'a mut self, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>>;

    /// Keeps a document under an earlier serial. Replaces a document of that serial.
    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>>;

    /// Removes earlier documents. One that does not exist is no error.
    fn remove<'a>(&'a mut self, serials: &'a [u64]) -> BoxFuture<'a, Result<(), StateError>>;

    /// Replaces the index of the history. It may be lost in a power failure.
    fn write_index<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>>;

    /// Keeps a segment of the ledger. Replaces a segment of that number, which only a new key or a move asks for.
    fn keep_segment<'a>(&'a mut self, number: u64, bytes: &'a [u8]) -> BoxFuture<'a, Result<(), StateError>>;

    /// Returns the lease, which shows at any time whether this process may still write.
    fn lease(&self) -> Lease;

    /// Releases the lock. A session that is dropped without this ends by itself, a lease after its time.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;
}
