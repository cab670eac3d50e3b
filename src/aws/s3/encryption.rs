//! The default encryption of a bucket.

use serde::{Deserialize, Serialize};

use crate::aws::Arn;
use crate::resource::{Declared, Phase};

/// The encryption of new objects in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Encryption<P: Phase = Declared> {
    /// With keys of S3 (`AES256`).
    Aes256,
    /// With a key of KMS.
    Kms {
        /// The key; `None` is the account's key for S3 that AWS manages.
        key: Option<P::Of<Arn>>,
        /// Whether S3 uses a key of the bucket, which saves most calls to KMS and their cost.
        bucket_key: bool,
    },
    /// With two layers of keys of KMS.
    KmsDualLayer {
        /// The key; `None` is the account's key for S3 that AWS manages.
        key: Option<P::Of<Arn>>,
    },
}
