//! CloudWatch.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "DashboardNotFoundError" => ErrorKind::NotFound,
        // Another change of the same alarm or dashboard is under way.
        "ResourceConflict" => ErrorKind::Busy,
        "InternalServiceFault" | "InternalServiceError" => ErrorKind::Unavailable,
        "LimitExceededFault" => ErrorKind::Quota,
        "DashboardInvalidInputError"
        | "InvalidNextToken"
        | "InvalidParameterInput"
        | "InvalidParameterValue"
        | "InvalidParameterValueException" => ErrorKind::Invalid,
        _ => return None,
    })
}
