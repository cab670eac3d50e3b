//! S3.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchBucketPolicy"
        | "NoSuchTagSet"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError" => ErrorKind::NotFound,
        "BucketAlreadyOwnedByYou" | "BucketAlreadyExists" => ErrorKind::AlreadyExists,
        // The principal of a bucket policy was created a moment ago.
        "MalformedPolicy" if message.contains("Invalid principal") => ErrorKind::NotYet,
        "OperationAborted" => ErrorKind::Busy,
        "BucketNotEmpty" => ErrorKind::HoldsData,
        "SlowDown" => ErrorKind::Throttled,
        "InvalidAccessKeyId" => ErrorKind::Credentials,
        "TooManyBuckets" => ErrorKind::Quota,
        _ => return None,
    })
}
