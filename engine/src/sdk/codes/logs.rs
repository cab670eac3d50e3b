//! CloudWatch Logs.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ResourceAlreadyExistsException" => ErrorKind::AlreadyExists,
        // Several changes of one group at once.
        "OperationAbortedException" => ErrorKind::Busy,
        // More than 50 tags.
        "TooManyTagsException" => ErrorKind::Invalid,
        "InvalidParameterException" => ErrorKind::Invalid,
        _ => return None,
    })
}
