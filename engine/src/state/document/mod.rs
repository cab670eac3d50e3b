//! Between the bytes of a document and their meaning.

mod codec;
mod migrate;

pub(super) use codec::{decode, encode, moved_away};
