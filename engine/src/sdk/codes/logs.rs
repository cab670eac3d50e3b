//! CloudWatch Logs.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    match code {
        "ResourceAlreadyExistsException" => Some(ErrorKind::AlreadyExists),
        "OperationAbortedException" => Some(ErrorKind::Busy),
        _ => None,
    }
}
