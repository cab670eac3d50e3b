//! Budgets.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "DuplicateRecordException" => ErrorKind::AlreadyExists,
        // The service model says of both to try again later.
        "ResourceLockedException" | "BillingViewHealthStatusException" => ErrorKind::Busy,
        "InternalErrorException" => ErrorKind::Unavailable,
        "CreationLimitExceededException" => ErrorKind::Quota,
        "ExpiredNextTokenException" | "InvalidNextTokenException" | "InvalidParameterException" => ErrorKind::Invalid,
        _ => return None,
    })
}
