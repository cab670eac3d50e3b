//! How a bucket encrypts what is put into it.

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use serde::{Deserialize, Serialize};

use crate::aws::Arn;
use crate::engine::sdk::Error;
use crate::resource::{Declared, Phase, Resolved};

/// The default encryption of a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Encryption<P: Phase = Declared> {
    /// With keys of S3 itself (`AES256`).
    Aes256,
    /// With a key of KMS.
    Kms {
        /// The key; `None` is AWS's own key for S3 in the account.
        key: Option<P::Of<Arn>>,
        /// Whether a key of the bucket saves most calls to KMS, and what they cost.
        bucket_key: bool,
    },
    /// Twice, with keys of KMS.
    KmsDualLayer {
        /// The key; `None` is AWS's own key for S3 in the account.
        key: Option<P::Of<Arn>>,
    },
}

impl Encryption<Resolved> {
    /// From what AWS has; every bucket has some.
    pub(super) fn read(sdk: Option<&ServerSideEncryptionConfiguration>) -> Self {
        let Some(rule) = sdk.and_then(|sdk| sdk.rules().first()) else { return Self::Aes256 };
        let Some(default) = rule.apply_server_side_encryption_by_default() else { return Self::Aes256 };
        let key = default.kms_master_key_id().map(Arn::from);
        match default.sse_algorithm() {
            ServerSideEncryption::AwsKms => Self::Kms { key, bucket_key: rule.bucket_key_enabled().unwrap_or(false) },
            ServerSideEncryption::AwsKmsDsse => Self::KmsDualLayer { key },
            _ => Self::Aes256,
        }
    }

    /// For AWS.
    pub(super) fn sdk(&self) -> Result<ServerSideEncryptionConfiguration, Error> {
        let (algorithm, key, bucket_key) = match self {
            Self::Aes256 => (ServerSideEncryption::Aes256, None, false),
            Self::Kms { key, bucket_key } => (ServerSideEncryption::AwsKms, key.as_ref(), *bucket_key),
            Self::KmsDualLayer { key } => (ServerSideEncryption::AwsKmsDsse, key.as_ref(), false),
        };
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key.map(ToString::to_string))
            .build()
            .map_err(|error| Error::invalid(error.to_string()))?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(bucket_key)
            .build();
        ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .map_err(|error| Error::invalid(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encryption_reads_back_as_it_was_set() {
        for encryption in [
            Encryption::<Resolved>::Aes256,
            Encryption::Kms { key: None, bucket_key: true },
            Encryption::Kms { key: Some("arn:aws:kms:eu-west-1:123456789012:key/1".into()), bucket_key: false },
            Encryption::KmsDualLayer { key: None },
        ] {
            assert_eq!(Encryption::read(Some(&encryption.sdk().unwrap())), encryption);
        }
    }
}
