//! Where state is kept, as bytes. [`StateStore`](super::StateStore) makes documents of them; every backend keeps these promises,
//! and one conformance suite holds them all to it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::sdk::Boxed;
use crate::state::{Lease, StateError};

/// Who changes a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOwner {
    /// `user@host`.
    pub by: String,
    /// The process id on that host.
    pub process: u32,
    /// The command: `apply`, `pause`, …
    pub command: String,
    /// Since when, by the holder's own clock.
    pub since: Timestamp,
}

impl fmt::Display for LockOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, process, command, since } = self;
        write!(f, "{by} (`ebb {command}`, process {process}, since {since:.0})")
    }
}

/// The right to change a stack, as somebody has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockInfo {
    /// Who has it.
    pub holder: LockOwner,
    /// Seconds since it was last renewed, by the backend's own clock; `None` where it ends with its process.
    pub renewed_ago: Option<u64>,
    /// Seconds after which it ends if it is not renewed.
    pub ends_after: Option<u64>,
    /// Tells this very lease from a later one.
    pub token: String,
}

/// Tells whether a stored document is still the one that was read: opaque, and another one after each write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub String);

/// A stored document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its version.
    pub version: Version,
}

/// A document on its way into a backend.
#[derive(Clone, Copy, Debug)]
pub struct Commit<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The version of the document that it takes the place of; `None` if there is none.
    pub replaces: Option<&'a Version>,
    /// The serial under which that one stays readable.
    pub keep_as: Option<u64>,
}

/// The state of one stack in one environment, in one place.
pub trait Backend: Send + Sync {
    /// The place, for messages: a path or a URL.
    fn place(&self) -> String;

    /// The committed document, or `None` if there was never a commit.
    fn document(&self) -> Boxed<'_, Result<Option<Stored>, StateError>>;

    /// The lines that were appended since the last commit, in order.
    fn journal(&self) -> Boxed<'_, Result<Vec<u8>, StateError>>;

    /// The serials before the committed one that are kept, ascending.
    fn serials(&self) -> Boxed<'_, Result<Vec<u64>, StateError>>;

    /// A document as it was before it was replaced.
    fn earlier(&self, serial: u64) -> Boxed<'_, Result<Option<Vec<u8>>, StateError>>;

    /// Who has the stack now, if anybody.
    fn held(&self) -> Boxed<'_, Result<Option<LockInfo>, StateError>>;

    /// Takes the stack for one writer, or names who has it.
    fn acquire(&self, holder: LockOwner) -> Boxed<'_, Result<Box<dyn WriteSession>, StateError>>;

    /// Takes the stack away from who has it: whatever they still write is refused. An error if it is not this very
    /// lease any more, or if it ends with its process and needs no unlocking.
    fn unlock<'a>(&'a self, held: &'a LockInfo) -> Boxed<'a, Result<(), StateError>>;
}

/// The right to write.
pub trait WriteSession: Send + Sync {
    /// Makes a document durable, atomically, if the one there is still the one that it replaces; else the error is
    /// [`StateError::Conflict`]. The one before stays readable under its serial; the journal ends with it.
    fn commit<'a>(&'a mut self, commit: Commit<'a>) -> Boxed<'a, Result<Version, StateError>>;

    /// Makes lines durable, each ended by a line break. They are appended whole and in order, or not at all.
    fn append<'a>(&'a mut self, lines: &'a [u8]) -> Boxed<'a, Result<(), StateError>>;

    /// Keeps a document under an earlier serial, in place of what may be there.
    fn keep<'a>(&'a mut self, serial: u64, bytes: &'a [u8]) -> Boxed<'a, Result<(), StateError>>;

    /// Tells at any time whether the right to write still stands.
    fn lease(&self) -> Lease;

    /// Gives the right back. Dropped without this, it ends by itself, a lease after its time.
    fn release(self: Box<Self>) -> Boxed<'static, ()>;
}
