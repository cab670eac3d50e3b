//! Encryption of state at rest.

mod envelope;
mod keys;
mod kms;
mod passphrase;

pub(super) use envelope::{DataKey, Written, written};
pub use keys::{Key, Keys};
pub use kms::KmsKey;
pub use passphrase::Passphrase;
