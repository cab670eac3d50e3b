//! The codes that mean the same in every service, and the forms that codes have in common.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "NotFound" | "NotFoundException" | "ResourceNotFound" | "ResourceNotFoundException" => ErrorKind::NotFound,
        // A service that uses it for something else says so in its own table.
        "ValidationException" | "ValidationError" => ErrorKind::Invalid,
        "ConcurrentModification" | "ConcurrentModificationException" | "ConflictException" => ErrorKind::Busy,
        // The codes that the AWS SDKs treat as throttling are the same for all services.
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "LimitExceededException.Throttle" => ErrorKind::Throttled,
        "InternalError" | "InternalFailure" | "ServiceUnavailable" | "ServiceUnavailableException" => {
            ErrorKind::Unavailable
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "RequestExpired" => ErrorKind::Credentials,
        "AccessDenied" | "AccessDeniedException" | "Forbidden" => ErrorKind::Denied,
        "LimitExceeded" | "LimitExceededException" | "ServiceQuotaExceededException" => ErrorKind::Quota,
        // "Reduce the number of instances in your request, or wait for additional capacity to become available", says the list of
        // error codes of EC2.
        "InsufficientInstanceCapacity" | "InsufficientHostCapacity" | "InsufficientCapacity" => ErrorKind::Capacity,
        _ => return None,
    })
}

/// Returns the kind of a code that is in no table, by its form and the HTTP status.
pub(super) fn kind_by_form(code: &str, status: u16) -> ErrorKind {
    match status {
        _ if code.ends_with(".NotFound") || code.ends_with("NotFoundException") => ErrorKind::NotFound,
        _ if code.contains("AlreadyExists") => ErrorKind::AlreadyExists,
        _ if code.ends_with("LimitExceeded") => ErrorKind::Quota,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::Unavailable,
        404 => ErrorKind::NotFound,
        // The request contradicts the state of the resource for now, as while another change of it is under way.
        409 => ErrorKind::Busy,
        _ => ErrorKind::Invalid,
    }
}
