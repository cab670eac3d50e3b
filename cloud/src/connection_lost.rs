//! The error of a call whose connection breaks.

/// The connection broke: the call may or may not have acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection to the embedded cloud broke")]
pub struct ConnectionLost;
