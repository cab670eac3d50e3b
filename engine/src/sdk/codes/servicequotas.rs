//! Service Quotas.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ServiceException" => ErrorKind::Unavailable,
        "NoSuchResourceException" => ErrorKind::NotFound,
        "IllegalArgumentException" | "InvalidPaginationTokenException" => ErrorKind::Invalid,
        _ => return None,
    })
}
