//! State: what is believed to exist, kept so that nothing that bills is ever lost sight of.

mod backend;
mod document;
mod encryption;
mod error;
mod relocate;
mod store;
mod unlock;

pub use backend::{
    Backend, Bucket, Commit, Lease, LocalBackend, LockInfo, LockOwner, S3Backend, StateLocation, Stored, Version,
    WriteSession,
};
pub use encryption::{Key, Keys, KmsKey, Passphrase};
pub use error::StateError;
pub use store::{Recorded, StateStore, Writer};
