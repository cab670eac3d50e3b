//! SageMaker.

use super::{capacity, validation};
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        // "Resource being accessed is in use" (the service model); names that are taken are validation errors.
        "ResourceInUse" | "ConflictException" => ErrorKind::Busy,
        "ResourceNotFound" => ErrorKind::NotFound,
        "ResourceLimitExceeded" if capacity::exceeds_whole_quota(message) => ErrorKind::Quota,
        "ResourceLimitExceeded" => ErrorKind::Capacity,
        "ValidationException" => {
            return Some(validation::kind_of(message, is_missing(message)).unwrap_or(ErrorKind::Invalid));
        }
        _ => return None,
    })
}

/// Returns whether a validation error means that the resource itself is missing: `Could not find endpoint "arn…"`. `The subnet …
/// does not exist` is about a reference of the request, and "Could not find model data" about S3.
fn is_missing(message: &str) -> bool {
    message.contains("Could not find") && !message.contains("Could not find model data")
}
