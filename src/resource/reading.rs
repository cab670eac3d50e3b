//! What a look at AWS says of one resource.

use serde_json::Value;

use super::Resource;
use crate::stack::Resolved;

/// What `read` answers of a resource that exists.
#[derive(Clone, Debug)]
pub struct Reading<R: Resource> {
    /// The inputs as AWS has them now. What AWS does not tell is as in the inputs that `read` was given.
    pub inputs: R::Resolved,
    /// The outputs.
    pub outputs: R::Out<Resolved>,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// What data it holds, in words (`"3 objects"`), or `None` if it is empty or holds none by nature.
    pub holds: Option<String>,
    /// What a pause must remember to restore it exactly, beyond the inputs (e.g. the capacity it really had).
    pub remember: Option<Value>,
}

impl<R: Resource> Reading<R> {
    /// A reading of something that is ready, holds no data and needs no memory.
    pub fn ready(inputs: R::Resolved, outputs: R::Out<Resolved>) -> Self {
        Self { inputs, outputs, readiness: Readiness::Ready, holds: None, remember: None }
    }
}

/// Whether a resource can be used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can be used, and changed.
    Ready,
    /// AWS is at work on it; the status in AWS's words (`Creating`).
    Pending(String),
    /// It is being deleted; the status in AWS's words.
    Deleting(String),
    /// It failed and will not become ready by itself; the reason in AWS's words.
    Failed(String),
}
