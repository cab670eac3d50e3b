//! State documents as bytes.

mod codec;
mod migrate;

pub(super) use codec::{check, decode, encode, moved_away};
