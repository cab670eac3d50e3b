//! State documents as bytes.

mod codec;
mod migrate;

pub(super) use codec::{decode, encode, moved_away};
