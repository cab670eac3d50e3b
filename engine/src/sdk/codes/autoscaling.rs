//! Application Auto Scaling.

use super::validation;
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "ObjectNotFoundException" => ErrorKind::NotFound,
        "ConcurrentUpdateException" => ErrorKind::Busy,
        // The alarms of a policy could not be made, for now. The AWS provider of Terraform retries both of these
        // (`internal/service/appautoscaling/policy.go`, `target.go`).
        "FailedResourceAccessException" if message.contains("Rate exceeded") => ErrorKind::Throttled,
        "FailedResourceAccessException" => ErrorKind::NotYet,
        // The first target in an account: the service-linked role is being made.
        "ValidationException" if message.contains("Unable to assume IAM role") => ErrorKind::NotYet,
        "ValidationException" if message.contains("No scalable target") => ErrorKind::NotFound,
        // A target has at most one such policy on a metric.
        "ValidationException" if message.contains("Only one TargetTrackingScaling policy") => ErrorKind::AlreadyExists,
        "ValidationException" => return validation::kind_of(message, is_missing(message)),
        _ => return None,
    })
}

fn is_missing(message: &str) -> bool {
    ["Could not find", "does not exist"].iter().any(|text| message.contains(text))
}
