//! Encryption of state at rest.

mod cipher;
mod envelope;
mod keys;
mod kms;
mod passphrase;

pub(super) use envelope::{DataKey, Envelope};
pub use keys::{Key, Keys};
pub use kms::KmsKey;
pub use passphrase::Passphrase;
