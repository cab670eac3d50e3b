//! The codes that mean the same in every service, and the forms that codes have in common.

use super::validation;
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NotFound" | "NotFoundException" | "ResourceNotFound" | "ResourceNotFoundException" => ErrorKind::NotFound,
        "ValidationException" | "ValidationError" if validation::says_not_found(message) => ErrorKind::NotFound,
        "ConcurrentModification" | "ConcurrentModificationException" => ErrorKind::Busy,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "LimitExceededException.Throttle" => ErrorKind::Throttled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "RequestExpired" => ErrorKind::Credentials,
        "AccessDenied" | "AccessDeniedException" | "Forbidden" => ErrorKind::Denied,
        "LimitExceeded"
        | "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "InsufficientInstanceCapacity" => ErrorKind::Quota,
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
        _ => ErrorKind::Invalid,
    }
}
