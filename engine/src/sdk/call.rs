//! From an SDK error to ours: which call, AWS's code and words, the request id, and what sort of failure it is.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

use crate::sdk::{Error, ErrorKind};

/// Names the call that a result came from: `client.create_vpc().send().await.named("ec2:CreateVpc")?`.
pub trait CallName<T> {
    /// Converts the error of a call, e.g. `ec2:CreateVpc`.
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
}

impl<T> OptionalCall<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
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
            let mut converted = Error::new(kind_of(code.as_deref().unwrap_or_default(), &message, status), message);
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

/// What sort of failure an error code is. Codes are those of the service models; SageMaker tells with
/// `ValidationException` and words what other services tell with codes.
pub fn kind_of(code: &str, message: &str, status: u16) -> ErrorKind {
    let says = |text: &str| message.contains(text);
    match code {
        "NoSuchEntity"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchBucketPolicy"
        | "NoSuchTagSet"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError"
        | "NotFound"
        | "NotFoundException"
        | "ResourceNotFound"
        | "ResourceNotFoundException"
        | "ObjectNotFoundException"
        | "DashboardNotFoundError"
        | "NatGatewayNotFound"
        | "Gateway.NotAttached" => ErrorKind::NotFound,
        "ValidationException" | "ValidationError"
            if says("Could not find") || says("does not exist") || says("No scalable target") =>
        {
            ErrorKind::NotFound
        }
        "ValidationException" if says("already exist") => ErrorKind::AlreadyExists,
        // There can be one on the same metric of a target.
        "ValidationException" if says("Only one TargetTrackingScaling policy") => ErrorKind::AlreadyExists,
        "ValidationException" if says("in-progress") || says("in progress") => ErrorKind::Busy,
        // A principal of a trust or bucket policy that was created a moment ago.
        "MalformedPolicyDocument" | "MalformedPolicy" if says("Invalid principal") => ErrorKind::NotYet,
        "ValidationException" if says("Could not assume role") || says("could not be assumed") => ErrorKind::NotYet,
        // There can be one of a service in a network.
        "InvalidParameter" if says("conflicting DNS domain") => ErrorKind::AlreadyExists,
        "EntityAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "BucketAlreadyExists"
        | "ResourceExistsException"
        | "ResourceAlreadyExistsException"
        | "DuplicateRecordException"
        | "InvalidGroup.Duplicate"
        | "InvalidSubnet.Conflict"
        | "ResourceInUse" => ErrorKind::AlreadyExists,
        "DependencyViolation"
        | "DeleteConflict"
        | "OperationAborted"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ConcurrentUpdateException"
        | "OperationAbortedException"
        | "InvalidIPAddress.InUse"
        | "IncorrectState"
        | "Resource.AlreadyAssociated" => ErrorKind::Busy,
        "BucketNotEmpty" => ErrorKind::HoldsData,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "SlowDown"
        | "LimitExceededException.Throttle" => ErrorKind::Throttled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "RequestExpired" => ErrorKind::Credentials,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" | "Forbidden" => {
            ErrorKind::Denied
        }
        "ResourceLimitExceeded"
        | "LimitExceeded"
        | "LimitExceededException"
        | "VpcLimitExceeded"
        | "AddressLimitExceeded"
        | "NatGatewayLimitExceeded"
        | "InsufficientInstanceCapacity"
        | "ServiceQuotaExceededException"
        | "TooManyBuckets" => ErrorKind::Quota,
        _ if code.ends_with(".NotFound") || code.ends_with("NotFoundException") => ErrorKind::NotFound,
        _ if code.contains("AlreadyExists") => ErrorKind::AlreadyExists,
        _ if code.ends_with("LimitExceeded") => ErrorKind::Quota,
        _ if status == 429 => ErrorKind::Throttled,
        _ if status >= 500 => ErrorKind::Unavailable,
        _ if status == 404 => ErrorKind::NotFound,
        _ => ErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_can_pass() {
        let cases = [
            ("InvalidVpcID.NotFound", "", 400, ErrorKind::NotFound),
            ("ValidationException", "Could not find endpoint \"arn…\".", 400, ErrorKind::NotFound),
            ("ValidationException", "Cannot update in-progress endpoint", 400, ErrorKind::Busy),
            ("ValidationException", "Cannot create already existing endpoint", 400, ErrorKind::AlreadyExists),
            ("InvalidSubnet.Conflict", "", 400, ErrorKind::AlreadyExists),
            ("RouteAlreadyExists", "", 400, ErrorKind::AlreadyExists),
            ("ValidationException", "Only one TargetTrackingScaling policy …", 400, ErrorKind::AlreadyExists),
            ("InvalidParameter", "there is already a conflicting DNS domain for …", 400, ErrorKind::AlreadyExists),
            ("ValidationException", "1 validation error detected", 400, ErrorKind::Invalid),
            ("DependencyViolation", "", 400, ErrorKind::Busy),
            ("ThrottlingException", "", 400, ErrorKind::Throttled),
            ("RequestLimitExceeded", "", 503, ErrorKind::Throttled),
            ("RulesPerSecurityGroupLimitExceeded", "", 400, ErrorKind::Quota),
            ("InternalFailure", "", 500, ErrorKind::Unavailable),
            ("UnauthorizedOperation", "", 403, ErrorKind::Denied),
        ];
        for (code, message, status, kind) in cases {
            assert_eq!(kind_of(code, message, status), kind, "{code} {message}");
        }
    }
}
