//! Application Auto Scaling.

use super::validation;
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "ObjectNotFoundException" => ErrorKind::NotFound,
        "ConcurrentUpdateException" => ErrorKind::Busy,
        "ValidationException" if message.contains("No scalable target") => ErrorKind::NotFound,
        // A target has at most one such policy on a metric.
        "ValidationException" if message.contains("Only one TargetTrackingScaling policy") => ErrorKind::AlreadyExists,
        "ValidationException" => return validation::kind_of(message),
        _ => return None,
    })
}
