//! SageMaker.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        // "Resource being accessed is in use" (the service model); names that are taken are validation errors.
        "ResourceInUse" | "ConflictException" => ErrorKind::Busy,
        "ResourceNotFound" => ErrorKind::NotFound,
        "ResourceLimitExceeded" => ErrorKind::Quota,
        "ValidationException" => return Some(of_validation(message).unwrap_or(ErrorKind::Invalid)),
        _ => return None,
    })
}

/// Returns the kind of a validation error. SageMaker names the resource that it misses as `Could not find endpoint "arn…"`.
/// `The subnet … does not exist` is about a reference of the request, and "Could not find model data" about S3.
fn of_validation(message: &str) -> Option<ErrorKind> {
    let says = |text: &str| message.contains(text);
    if says("Could not find") && !says("Could not find model data") {
        Some(ErrorKind::NotFound)
    } else if says("already exist") {
        Some(ErrorKind::AlreadyExists)
    } else if says("in-progress") || says("in progress") {
        Some(ErrorKind::Busy)
    } else if says("Could not assume role") || says("could not be assumed") {
        Some(ErrorKind::NotYet)
    } else {
        None
    }
}
