//! What can go wrong with a call to AWS, and what can be done about it.

use std::fmt;

use ebbtide::resource::InputsError;

/// An error of one operation on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of failure it is: this decides whether the executor tries again.
    pub kind: ErrorKind,
    /// The API call, e.g. `sagemaker:CreateEndpoint`; `None` if no call was made.
    pub call: Option<String>,
    /// AWS's error code.
    pub code: Option<String>,
    /// What went wrong, in AWS's words where there are any.
    pub message: String,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
    /// What to do next, if we know better than the message.
    pub hint: Option<String>,
}

/// Sorts of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The thing does not exist.
    NotFound,
    /// A thing of that name exists already.
    AlreadyExists,
    /// Something else still uses it, or AWS is at work on it: passes with time.
    Busy,
    /// Something just created is not visible everywhere yet: passes with time.
    NotYet,
    /// Too many calls: passes with time.
    Throttled,
    /// AWS failed or could not be reached: may pass with time.
    Unavailable,
    /// The credentials may not do this.
    Denied,
    /// There are no credentials, or they are not valid (any more).
    Credentials,
    /// A quota or a lack of capacity.
    Quota,
    /// AWS refuses the request as it is.
    Invalid,
    /// It still holds data and deleting it was not asked for by name.
    HoldsData,
}

impl ErrorKind {
    /// Whether the same call may succeed later without anybody doing anything.
    pub fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::NotYet | Self::Throttled | Self::Unavailable)
    }
}

impl Error {
    /// An error that needed no call.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, call: None, code: None, message: message.into(), request_id: None, hint: None }
    }

    /// AWS refuses, or would refuse, the request as it is.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// The same error with advice on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error as another sort of failure.
    #[must_use]
    pub fn as_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Whether AWS's error code is this one.
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
