//! Conversions of the default encryption of a bucket.

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use crate::sdk::{Error, built};
use ebbtide::aws::Arn;
use ebbtide::aws::s3::Encryption;
use ebbtide::resource::Resolved;

/// Reads the encryption as AWS has it. A bucket without a configuration has the default of S3.
pub(super) fn read_encryption(sdk: Option<&ServerSideEncryptionConfiguration>) -> Encryption<Resolved> {
    let Some(rule) = sdk.and_then(|sdk| sdk.rules().first()) else { return Encryption::Aes256 };
    let Some(default) = rule.apply_server_side_encryption_by_default() else { return Encryption::Aes256 };
    let key = default.kms_master_key_id().map(Arn::from);
    match default.sse_algorithm() {
        ServerSideEncryption::AwsKms => Encryption::Kms { key, bucket_key: rule.bucket_key_enabled().unwrap_or(false) },
        ServerSideEncryption::AwsKmsDsse => Encryption::KmsDualLayer { key },
        _ => Encryption::Aes256,
    }
}

/// Converts the encryption to the form of the SDK.
pub(super) fn encryption_to_sdk(encryption: &Encryption<Resolved>) -> Result<ServerSideEncryptionConfiguration, Error> {
    let (algorithm, key, bucket_key) = match encryption {
        Encryption::Aes256 => (ServerSideEncryption::Aes256, None, false),
        Encryption::Kms { key, bucket_key } => (ServerSideEncryption::AwsKms, key.as_ref(), *bucket_key),
        Encryption::KmsDualLayer { key } => (ServerSideEncryption::AwsKmsDsse, key.as_ref(), false),
    };
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(algorithm)
        .set_kms_master_key_id(key.map(ToString::to_string));
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(built(default.build())?)
        .bucket_key_enabled(bucket_key)
        .build();
    built(ServerSideEncryptionConfiguration::builder().rules(rule).build())
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
            assert_eq!(read_encryption(Some(&encryption_to_sdk(&encryption).unwrap())), encryption);
        }
    }
}
