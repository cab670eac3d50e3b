//! IAM.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchEntity" => ErrorKind::NotFound,
        "EntityAlreadyExists" => ErrorKind::AlreadyExists,
        "DeleteConflict" => ErrorKind::Busy,
        // The principal of a trust policy was created a moment ago.
        "MalformedPolicyDocument" if message.contains("Invalid principal") => ErrorKind::NotYet,
        _ => return None,
    })
}
