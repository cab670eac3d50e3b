//! AWS KMS: symmetric keys, their aliases and tags, and real encryption under them.
//!
//! Keys and aliases live in the region's document, the secret of a key too: everyone who can read the folder can decrypt.
//! There are no asymmetric, multi-Region or imported keys, no grants, and no keys of AWS's own (`alias/aws/…`).

mod alias;
mod cipher;
mod crypto;
mod deletion;
mod key;
mod listing;
mod name;
mod operations;
mod policy;
mod records;
mod service;
mod tags;
mod uses;

pub(crate) use name::find_seen;
pub(crate) use records::Key;
pub use service::Kms;
