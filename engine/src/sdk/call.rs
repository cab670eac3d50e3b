//! The conversion of an SDK error: the call, AWS's code and message, the request id, and the kind of failure.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

use super::codes::kind_of;
use super::error::{Error, ErrorKind};

/// Names the call that a result came from: `client.create_vpc().send().await.named("ec2:CreateVpc")?`.
pub trait CallName<T> {
    /// Converts the error of a call, such as `ec2:CreateVpc`.
    fn named(self, call: &str) -> Result<T, Error>;
}

impl<T, E> CallName<T> for Result<T, SdkError<E, Response>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn named(self, call: &str) -> Result<T, Error> {
        self.map_err(|error| convert(call, &error))
    }
}

/// Reads "does not exist" as `None`.
pub trait OptionalCall<T> {
    /// Returns `Ok(None)` where AWS says that the resource does not exist.
    fn optional(self) -> Result<Option<T>, Error>;

    /// Returns `Ok(None)` where AWS says with one of these codes that the resource itself does not exist. That another
    /// resource does not exist, such as a key, stays an error: a deletion that it refuses has deleted nothing.
    fn unless_missing(self, codes: &[&str]) -> Result<Option<T>, Error>;
}

impl<T> OptionalCall<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn unless_missing(self, codes: &[&str]) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if codes.iter().any(|code| error.is_code(code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns a field that AWS's answer must have; a malformed answer is an error, so that the executor looks with `find`.
pub fn required<T>(value: Option<T>, field: &str) -> Result<T, Error> {
    value.ok_or_else(|| Error::new(ErrorKind::Unavailable, format!("AWS's answer has no {field}")))
}

/// Returns the request part that an SDK builder made.
pub fn built<T>(made: Result<T, BuildError>) -> Result<T, Error> {
    made.map_err(|error| Error::invalid(error.to_string()))
}

fn convert<E>(call: &str, error: &SdkError<E, Response>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut converted = match error {
        SdkError::ServiceError(service) => {
            let metadata = service.err().meta();
            let status = service.raw().status().as_u16();
            let code = metadata.code().map(str::to_owned);
            let message = metadata
                .message()
                .map(str::to_owned)
                .or_else(|| code.clone())
                .unwrap_or_else(|| format!("HTTP status {status} without an explanation"));
            let kind = kind_of(call, code.as_deref().unwrap_or_default(), &message, status);
            let mut converted = Error::new(kind, message);
            converted.code = code;
            converted.request_id = metadata
                .extra("aws_request_id")
                .or_else(|| service.raw().headers().get("x-amzn-requestid"))
                .or_else(|| service.raw().headers().get("x-amz-request-id"))
                .map(str::to_owned);
            converted
        }
        SdkError::TimeoutError(_) => Error::new(ErrorKind::Unavailable, "no answer in time"),
        SdkError::DispatchFailure(failure) => {
            let message = chain(failure.as_connector_error().map(|error| error as &dyn std::error::Error));
            let kind = if ["credential", "token", "profile"].iter().any(|word| message.to_lowercase().contains(word)) {
                ErrorKind::Credentials
            } else {
                ErrorKind::Unavailable
            };
            Error::new(kind, message)
        }
        SdkError::ConstructionFailure(_) => Error::new(ErrorKind::Invalid, chain(std::error::Error::source(error))),
        SdkError::ResponseError(_) => Error::new(
            ErrorKind::Unavailable,
            format!("the answer was cut off: {}", chain(std::error::Error::source(error))),
        ),
        _ => Error::new(ErrorKind::Unavailable, chain(Some(error))),
    };
    converted.call = Some(call.to_owned());
    converted.hint = converted.hint.or_else(|| hint_for(converted.kind, call));
    converted
}

/// Joins the messages of an error and its causes.
fn chain(error: Option<&(dyn std::error::Error + 'static)>) -> String {
    let mut texts = Vec::new();
    let mut next = error;
    while let Some(error) = next {
        let text = error.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        next = error.source();
    }
    if texts.is_empty() { "the request could not be sent".to_owned() } else { texts.join(": ") }
}

fn hint_for(kind: ErrorKind, call: &str) -> Option<String> {
    match kind {
        ErrorKind::Credentials => Some(
            "sign in again (`aws sso login`, or set AWS_PROFILE / AWS_ACCESS_KEY_ID), then run the same command: what was \
             done is recorded"
                .to_owned(),
        ),
        ErrorKind::Denied => Some(format!("allow `{call}` to the credentials in use, then run the same command")),
        ErrorKind::Quota => Some("ask Service Quotas for more, or declare less, then run the same command".to_owned()),
        ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::Busy
        | ErrorKind::NotYet
        | ErrorKind::Throttled
        | ErrorKind::Unavailable
        | ErrorKind::Invalid
        | ErrorKind::HoldsData => None,
    }
}
