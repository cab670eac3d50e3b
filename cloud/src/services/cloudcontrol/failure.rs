//! Failures of handlers, which end a request as FAILED.

use serde::{Deserialize, Serialize};

use crate::documents::CallContext;

/// The error code and the message of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A code of "Handler error codes" (CloudFormation CLI User Guide).
    pub code: String,
    /// The message.
    pub message: String,
}

impl Failure {
    /// Returns a failure.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// Returns the failure of a handler that the caller's policies do not let act.
    pub fn denied(context: &CallContext<'_>) -> Option<Self> {
        context.denied.as_ref().map(|message| Self::new("AccessDenied", message))
    }

    /// Returns the failure for input that the handler does not take.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidRequest", message)
    }

    /// Returns the failure of a creation whose identifier is taken, in CloudFormation's words (terraform-provider-awscc#2196).
    pub fn exists(type_name: &str, identifier: &str) -> Self {
        Self::new(
            "AlreadyExists",
            format!("Resource of type '{type_name}' with identifier '{identifier}' already exists."),
        )
    }
}
