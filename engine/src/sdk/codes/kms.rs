//! KMS.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        // The service model says of all of them that the request can be retried.
        "DependencyTimeoutException" | "KMSInternalException" | "KeyUnavailableException" => ErrorKind::Unavailable,
        // A key that is disabled, is being deleted or has no material stays so until its owner acts.
        "DisabledException" | "KMSInvalidStateException" => ErrorKind::Invalid,
        "AlreadyExistsException" => ErrorKind::AlreadyExists,
        // What a store of keys of one's own lacks is not the key that was asked for.
        "CloudHsmClusterInvalidConfigurationException"
        | "CustomKeyStoreInvalidStateException"
        | "CustomKeyStoreNotFoundException"
        | "XksKeyAlreadyInUseException"
        | "XksKeyInvalidConfigurationException"
        | "XksKeyNotFoundException" => ErrorKind::Invalid,
        "InvalidAliasNameException"
        | "InvalidMarkerException"
        | "MalformedPolicyDocumentException"
        | "TagException"
        | "UnsupportedOperationException" => ErrorKind::Invalid,
        "DryRunOperationException"
        | "IncorrectKeyException"
        | "InvalidArnException"
        | "InvalidCiphertextException"
        | "InvalidGrantTokenException"
        | "InvalidKeyUsageException" => ErrorKind::Invalid,
        _ => return None,
    })
}
