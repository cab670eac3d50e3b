//! Work that a resource has accepted and not finished.

/// The work that a resource has accepted and not finished, and that is lost if the resource is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnfinishedWork {
    /// There is none.
    None,
    /// There is some, in words: "about 12 requests in its queue".
    Some(String),
    /// AWS does not tell; the reason in words.
    Unknown(String),
}
