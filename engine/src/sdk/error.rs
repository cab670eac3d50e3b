//! Errors of calls to AWS.

use std::fmt;
use std::time::Duration;

use super::hint::Hint;
use ebbtide::resource::InputsError;

/// An error of one operation on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of failure. It decides whether the executor tries again.
    pub kind: ErrorKind,
    /// The API call, such as `sagemaker:CreateEndpoint`; `None` if no call was made.
    pub call: Option<String>,
    /// AWS's error code.
    pub code: Option<String>,
    /// The message, in AWS's words where there are any.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
    /// Advice on what to do next, if there is any beyond the message.
    pub hint: Option<String>,
    /// The longest time for which the call is retried, where the kind of failure allows more.
    pub retry_within: Option<Duration>,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The resource does not exist.
    NotFound,
    /// A resource of that name exists already.
    AlreadyExists,
    /// Another resource still uses it, or AWS is working on it: passes with time.
    Busy,
    /// A resource that was just created is not visible everywhere yet: passes with time.
    NotYet,
    /// Too many calls: passes with time.
    Throttled,
    /// AWS failed or could not be reached: may pass with time.
    Unavailable,
    /// The credentials may not do this.
    Denied,
    /// There are no credentials, or they are not valid.
    Credentials,
    /// A quota is used up.
    Quota,
    /// AWS has no instances or addresses for now, or other instances of the account use up a quota: may pass within minutes or
    /// hours. No call is retried for so long; a run may be repeated.
    Capacity,
    /// AWS refuses the request as it is.
    Invalid,
    /// The resource still holds data, and its deletion was not requested by name.
    HoldsData,
}

impl ErrorKind {
    /// Returns whether the same call may succeed later without any change.
    pub fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::NotYet | Self::Throttled | Self::Unavailable)
    }
}

impl Error {
    /// Creates an error that no call returned.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, call: None, code: None, message: message.into(), request_id: None, hint: None, retry_within: None }
    }

    /// Creates an error for a request that AWS refuses, or would refuse, as it is.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Adds advice on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Changes the kind of failure.
    #[must_use]
    pub fn as_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Limits the time for which the call is retried.
    #[must_use]
    pub fn retry_within(mut self, time: Duration) -> Self {
        self.retry_within = Some(time);
        self
    }

    /// Marks the absence of a resource that was created a moment ago as passing: not every host of AWS knows it yet.
    #[must_use]
    pub fn not_yet_on(self, codes: &[&str]) -> Self {
        if codes.iter().any(|code| self.is_code(code)) { self.as_kind(ErrorKind::NotYet) } else { self }
    }

    /// Returns whether AWS's error code is this one.
    pub fn is_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = &self.call {
            write!(f, "{call}: ")?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(request_id) = &self.request_id {
            write!(f, " (request {request_id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl Hint for Error {
    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

impl From<InputsError> for Error {
    fn from(error: InputsError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        InputsError::from(error).into()
    }
}
