//! S3. Its service model names few codes; the others are in the Amazon S3 API Reference, *Error responses*.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchVersion"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchBucketPolicy"
        | "NoSuchTagSet"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError" => ErrorKind::NotFound,
        "BucketAlreadyOwnedByYou" | "BucketAlreadyExists" => ErrorKind::AlreadyExists,
        // The principal of a bucket policy was created a moment ago.
        "MalformedPolicy" if message.contains("Invalid principal") => ErrorKind::NotYet,
        "OperationAborted" | "ConditionalRequestConflict" => ErrorKind::Busy,
        "InternalError" | "RequestTimeout" => ErrorKind::Unavailable,
        "BucketNotEmpty" => ErrorKind::HoldsData,
        "SlowDown" => ErrorKind::Throttled,
        "InvalidAccessKeyId" => ErrorKind::Credentials,
        "TooManyBuckets" => ErrorKind::Quota,
        // The state of a bucket or an object that only its owner changes.
        "InvalidBucketState" | "InvalidObjectState" | "ObjectNotInActiveTierError" => ErrorKind::Invalid,
        "EncryptionTypeMismatch" | "InvalidRequest" | "InvalidWriteOffset" | "MalformedPolicy" | "TooManyParts" => {
            ErrorKind::Invalid
        }
        _ => return None,
    })
}
