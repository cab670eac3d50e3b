//! The typed result of reading one resource from AWS.

use serde_json::Value;

use ebbtide::resource::{Readiness, Resolved, Resource};

/// An existing resource as AWS reports it.
#[derive(Clone, Debug)]
pub struct Reading<R: Resource> {
    /// The inputs as AWS has them now. Fields that AWS does not report are taken from the inputs that `read` was given.
    pub inputs: R::Resolved,
    /// The outputs.
    pub outputs: R::Outputs<Resolved>,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// The data it holds, in words (`"3 objects"`); `None` if it is empty or holds none by nature.
    pub data: Option<String>,
    /// Values beyond the inputs that a resume restores, such as the capacity it really had.
    pub pause_snapshot: Option<Value>,
}

impl<R: Resource> Reading<R> {
    /// Creates the reading of a resource that is ready, holds no data and needs no pause snapshot.
    pub fn ready(inputs: R::Resolved, outputs: R::Outputs<Resolved>) -> Self {
        Self { inputs, outputs, readiness: Readiness::Ready, data: None, pause_snapshot: None }
    }
}
