//! Secrets Manager.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ResourceExistsException" => ErrorKind::AlreadyExists,
        "InternalServiceError" => ErrorKind::Unavailable,
        // The key of the secret cannot be used.
        "DecryptionFailure" | "EncryptionFailure" => ErrorKind::Invalid,
        "InvalidParameterException"
        | "InvalidRequestException"
        | "MalformedPolicyDocumentException"
        | "PreconditionNotMetException" => ErrorKind::Invalid,
        _ => return None,
    })
}
