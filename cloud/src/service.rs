//! The interface of a service of the embedded cloud.

use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::{CallContext, Tables};
use crate::usage::{Place, Use};

/// One emulated AWS service: a function from a call and its context to a response, which changes the document in the
/// context.
///
/// Services hold no state of their own. All of it is in [`CallContext::own`], so that it persists and can be shared by
/// several processes. Time is [`CallContext::now_ms`]: a record keeps the instant a transition began, and its status is
/// computed when a call reads it.
pub trait Service: Send + Sync + 'static {
    /// Returns the name in the request's signature: `sagemaker`, `application-autoscaling`, `ec2`, `monitoring`, `sns`,
    /// `budgets`.
    fn name(&self) -> &'static str;

    /// Returns whether there is one document for all regions (IAM, STS, Budgets).
    fn global(&self) -> bool {
        false
    }

    /// Returns the document as other services see it through [`CallContext::other`]; services that keep it in a form of
    /// their own translate it here. `now_ms` is the instant of the call that looks.
    fn seen(&self, document: Tables, _now_ms: i64) -> Tables {
        document
    }

    /// Returns the items of AWS's bill that a document uses, also those that it will begin or cease to use if no call changes
    /// it.
    fn uses(&self, _document: &Tables, _place: &Place<'_>) -> Vec<Use> {
        Vec::new()
    }

    /// Handles one call. A refused call must leave `context.own` as it was.
    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse;
}

/// An error with AWS's error code and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status, 400 for most.
    pub status: u16,
    /// AWS's error code, e.g. `InvalidVpcID.NotFound`.
    pub code: String,
    /// The message, as close to AWS's as is known.
    pub message: String,
}

impl Fault {
    /// Returns an error with HTTP status 400.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into() }
    }
}
