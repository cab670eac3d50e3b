//! The conversion of an SDK error: the call, AWS's code and message, the request id, and the kind of failure.

use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
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
                .unwrap_or_else(|| unexplained(status, service.err()));
            let kind = kind_of(call, code.as_deref().unwrap_or_default(), &message, status);
            let mut converted = Error::new(kind, message);
            if kind == ErrorKind::NotYet && names_principal(&converted.message) {
                let hint = "the principal of a policy does not exist: correct its ARN, then run the same command";
                converted = converted.retry_within(PRINCIPALS_KNOWN_WITHIN).hint(hint);
            }
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
            let cause = failure.as_connector_error().map(|error| error as &dyn std::error::Error);
            Error::new(kind_of_failed_dispatch(cause), chain(cause))
        }
        SdkError::ConstructionFailure(_) => Error::new(ErrorKind::Invalid, chain(std::error::Error::source(error))),
        SdkError::ResponseError(_) => Error::new(
            ErrorKind::Unavailable,
            format!("the answer was cut off: {}", chain(std::error::Error::source(error))),
        ),
        _ => Error::new(ErrorKind::Unavailable, chain(Some(error))),
    };
    converted.call = Some(call.to_owned());
    let needed = denied_action(&converted.message).unwrap_or(call).to_owned();
    converted.hint = converted.hint.or_else(|| hint_for(converted.kind, &needed));
    converted
}

/// How long a principal that was created a moment ago may be unknown to the service that is given a policy. The AWS provider of
/// Terraform retries for as long (`propagationTimeout` in `internal/service/iam`).
const PRINCIPALS_KNOWN_WITHIN: Duration = Duration::from_mins(2);

/// Returns the action that a refusal names. It is not always that of the call: creations tag and pass roles, and handlers call others.
fn denied_action(message: &str) -> Option<&str> {
    let (_, action) = message.split_once("is not authorized to perform: ")?;
    action.split_whitespace().next().filter(|action| action.contains(':'))
}

/// Returns whether a refusal is about the principal of a policy, in the words of IAM and S3, or of SNS.
fn names_principal(message: &str) -> bool {
    message.contains("Invalid principal") || message.contains("PrincipalNotFound")
}

/// Returns the kind of failure of a request that was not sent. Only the SDK's own error for credentials means that there are
/// none: the words "token" and "profile" may be part of a host's name.
fn kind_of_failed_dispatch(error: Option<&(dyn std::error::Error + 'static)>) -> ErrorKind {
    let causes = || std::iter::successors(error, |error| error.source());
    // A provider that asks another service, such as STS or SSO, may not have reached it.
    let is_unreachable = causes().skip(1).any(|cause| {
        cause.downcast_ref::<ConnectorError>().is_some_and(|error| error.is_io() || error.is_timeout())
            || matches!(cause.downcast_ref(), Some(CredentialsError::ProviderTimedOut(_)))
    });
    let lacks_credentials =
        causes().any(|cause| cause.is::<CredentialsError>() || cause.to_string().contains(NO_IDENTITY));
    if lacks_credentials && !is_unreachable { ErrorKind::Credentials } else { ErrorKind::Unavailable }
}

/// Part of the SDK's message if no source of credentials is configured at all.
const NO_IDENTITY: &str = "no identity resolver";

/// Returns the message for a response that the SDK could not understand, with the SDK's reason.
fn unexplained(status: u16, error: &(dyn std::error::Error + 'static)) -> String {
    match error.source() {
        Some(reason) => format!("the response with HTTP status {status} cannot be read: {}", chain(Some(reason))),
        None => format!("HTTP status {status} without an explanation"),
    }
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

/// The hint for lack of capacity.
const CAPACITY_HINT: &str = "run the same command again later: this may pass within minutes or hours. Otherwise declare other \
    instances or fewer, or ask Service Quotas for more if a quota is used up";

fn hint_for(kind: ErrorKind, call: &str) -> Option<String> {
    match kind {
        ErrorKind::Credentials => Some(
            "sign in again (`aws sso login`, or set AWS_PROFILE / AWS_ACCESS_KEY_ID), then run the same command: what was \
             done is recorded"
                .to_owned(),
        ),
        ErrorKind::Denied => Some(format!("allow `{call}` to the credentials in use, then run the same command")),
        ErrorKind::Quota => Some("ask Service Quotas for more, or declare less, then run the same command".to_owned()),
        ErrorKind::Capacity => Some(CAPACITY_HINT.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(error: ConnectorError) -> ErrorKind {
        kind_of_failed_dispatch(Some(&error))
    }

    #[test]
    fn only_missing_credentials_count_as_such() {
        let host = "dns error: failed to look up token.profile.credentials.example.com";
        assert_eq!(kind(ConnectorError::io(host.into())), ErrorKind::Unavailable);
        let other = |error: CredentialsError| kind(ConnectorError::other(error.into(), None));
        assert_eq!(other(CredentialsError::not_loaded_no_source()), ErrorKind::Credentials);
        assert_eq!(other(CredentialsError::invalid_configuration("a loop of profiles")), ErrorKind::Credentials);
        assert_eq!(other(CredentialsError::provider_error("the SSO session has expired")), ErrorKind::Credentials);
        let unreachable = CredentialsError::provider_error(ConnectorError::timeout("STS".into()));
        assert_eq!(other(unreachable), ErrorKind::Unavailable);
        let late = CredentialsError::provider_timed_out(std::time::Duration::from_secs(5));
        assert_eq!(other(late), ErrorKind::Unavailable);
        assert_eq!(kind_of_failed_dispatch(None), ErrorKind::Unavailable);
    }

    #[test]
    fn a_refusal_names_the_action_that_it_needs() {
        let message =
            "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: sagemaker:AddTags on resource: x";
        assert_eq!(denied_action(message), Some("sagemaker:AddTags"));
        assert_eq!(denied_action("Access Denied"), None);
    }

    #[test]
    fn refusals_of_principals_are_recognized_in_the_words_of_each_service() {
        assert!(names_principal("Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/r\""));
        assert!(names_principal("Invalid parameter: Policy Error: PrincipalNotFound"));
        assert!(!names_principal("Could not assume role"));
    }

    #[test]
    fn a_response_that_cannot_be_read_has_the_reason_of_the_sdk() {
        let reason = ConnectorError::io("expected `}`".into());
        assert!(
            unexplained(200, &reason).contains("200 cannot be read: expected `}`"),
            "{}",
            unexplained(200, &reason)
        );
        assert_eq!(unexplained(500, &std::fmt::Error), "HTTP status 500 without an explanation");
    }
}
