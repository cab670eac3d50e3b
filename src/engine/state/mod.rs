//! State: what is believed to exist, kept so that nothing that bills is ever lost sight of.

mod backend;
mod document;
mod encryption;
mod error;
mod relocate;
mod store;
mod unlock;

pub use backend::{
    Backend, Bucket, Commit, Held, Holder, Lease, LocalBackend, Place, S3Backend, Session, Stored, Version,
};
pub use encryption::{Key, Keys, KmsKey, Passphrase};
pub use error::StateError;
pub use store::{Recorded, State, Writer};
