//! The state of one resource as AWS reports it.

use serde_json::Value;

/// The state of an existing resource as AWS reports it, erased to data.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveState {
    /// The inputs as AWS has them.
    pub inputs: Value,
    /// The outputs.
    pub outputs: Value,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// The data it holds, in words (`"3 objects"`); `None` if it is empty or holds none by nature.
    pub data: Option<String>,
    /// Values beyond the inputs that a resume restores, such as the capacity it really had.
    pub pause_snapshot: Option<Value>,
}

/// Whether a resource can be used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can be used and changed.
    Ready,
    /// AWS is still working on it; the status in AWS's words (`Creating`).
    Pending(String),
    /// It is being deleted; the status in AWS's words.
    Deleting(String),
    /// It failed and will not become ready by itself; the reason in AWS's words.
    Failed(String),
}

impl Readiness {
    /// Returns a failure with the status and the reason in AWS's words.
    #[must_use]
    pub fn failed(status: String, reason: Option<&str>) -> Self {
        Self::Failed(match reason {
            Some(reason) => format!("{status}: {reason}"),
            None => status,
        })
    }
}
