//! State: the record of everything that exists and may be billed, kept so that none of it is lost.

mod backend;
mod document;
mod edit;
mod encryption;
mod error;
mod forget;
mod history;
mod journal;
mod ledger;
mod lock;
mod refusal;
mod relocate;
mod remembered;
mod repair;
mod sealed;
mod segments;
mod store;
mod summary;
mod writer;

pub use backend::{
    Backend, Commit, Lease, LocalBackend, S3Backend, StateBucket, StateLocation, Stored, StoredSegment, Version,
    WriteSession,
};
pub use encryption::{Key, Keys, KmsKey, Passphrase};
pub use error::{Cause, Expected, StateError};
pub use history::History;
pub use ledger::Ledger;
pub use lock::{LockInfo, LockOwner};
pub use refusal::{KeyMismatch, RelocationRefusal, UnlockRefusal};
pub use remembered::ReadSegments;
pub use repair::Repaired;
pub use store::StateStore;
pub use summary::{RunSummary, SerialSummary};
pub use writer::Writer;
