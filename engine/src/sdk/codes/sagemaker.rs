//! SageMaker.

use super::{capacity, validation};
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        // So feature groups, definitions and schedules refuse a name that is taken; names of hosting are validation errors.
        "ResourceInUse" if message.contains("lready exist") => ErrorKind::AlreadyExists,
        // "Resource being accessed is in use" (the service model).
        "ResourceInUse" | "ConflictException" => ErrorKind::Busy,
        "ResourceNotFound" => ErrorKind::NotFound,
        "ResourceLimitExceeded" if capacity::exceeds_whole_quota(message) => ErrorKind::Quota,
        "ResourceLimitExceeded" => ErrorKind::Capacity,
        "ValidationException" if message.contains("names must be unique within an AWS account") => {
            ErrorKind::AlreadyExists
        }
        // "Monitoring schedule in status Pending" (aws/amazon-sagemaker-examples#2342).
        "ValidationException" if message.contains("in status Pending") => ErrorKind::Busy,
        "ValidationException" => {
            return Some(validation::kind_of(message, is_missing(message)).unwrap_or(ErrorKind::Invalid));
        }
        _ => return None,
    })
}

/// Returns whether a validation error means that the resource itself is missing: `Could not find endpoint "arn…"`. `The subnet …
/// does not exist` is about a reference of the request, and "Could not find model data" about S3.
fn is_missing(message: &str) -> bool {
    // `Model Package Group arn… does not exist` (hashicorp/terraform-provider-aws, `model_package_group.go`).
    let is_of_registry =
        message.starts_with("Model") && message.contains("ackage") && message.contains("does not exist");
    is_of_registry || message.contains("Could not find") && !message.contains("Could not find model data")
}
