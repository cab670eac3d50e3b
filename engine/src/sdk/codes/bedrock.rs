//! Bedrock.

use super::validation;
use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        // "Error occurred because of a conflict while performing an operation" (the service model): of a name, or of a state.
        "ConflictException" if message.contains("already in use") || message.contains("already exists") => {
            ErrorKind::AlreadyExists
        }
        "ConflictException" | "ResourceInUseException" => ErrorKind::Busy,
        "InternalServerException" => ErrorKind::Unavailable,
        "ServiceQuotaExceededException" | "TooManyTagsException" => ErrorKind::Quota,
        "ValidationException" if message.contains("Could not assume") => ErrorKind::NotYet,
        "ValidationException" => return Some(validation::kind_of(message, false).unwrap_or(ErrorKind::Invalid)),
        _ => return None,
    })
}
