//! Preparing a bucket for state.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use super::backend::S3Backend;
use super::bucket::StateBucket;
use super::errors::aws_error;
use crate::sdk::{CallName as _, Error, built};
use crate::state::error::StateError;

impl S3Backend {
    /// Creates the bucket if there is none, and makes it keep versions, encrypt with KMS and refuse public access. Returns the
    /// steps in words. After an interruption it can be repeated.
    pub async fn init(bucket: &StateBucket) -> Result<Vec<String>, StateError> {
        let (s3, name) = (bucket.aws.s3(), bucket.name.as_str());
        let failed = |act| move |error: Error| aws_error(act, &bucket.url(""), error);
        let mut done = Vec::new();
        match s3
            .create_bucket()
            .bucket(name)
            .set_create_bucket_configuration(location(bucket))
            .send()
            .await
            .named("s3:CreateBucket")
        {
            Ok(_) => done.push(format!("made the bucket {name} in {}", bucket.aws.region())),
            Err(error) if error.is_code("BucketAlreadyOwnedByYou") => done.push(format!("the bucket {name} is there")),
            Err(error) if error.is_code("BucketAlreadyExists") => {
                let hint = "bucket names are unique among all accounts: choose another one under [state]";
                return Err(failed("make")(error.hint(hint)));
            }
            Err(error) => return Err(failed("make")(error)),
        }
        let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = s3.put_bucket_versioning().bucket(name).versioning_configuration(versioning);
        request.send().await.named("s3:PutBucketVersioning").map_err(failed("turn on versions in"))?;
        done.push("it keeps versions of its objects".to_owned());

        let request = s3
            .put_bucket_encryption()
            .bucket(name)
            .server_side_encryption_configuration(encryption(bucket).map_err(failed("turn on encryption in"))?);
        request.send().await.named("s3:PutBucketEncryption").map_err(failed("turn on encryption in"))?;
        let key = bucket.kms_key.as_deref().unwrap_or("the account's own key for S3");
        done.push(format!("it encrypts with KMS, with {key}"));

        let private = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let request = s3.put_public_access_block().bucket(name).public_access_block_configuration(private);
        request.send().await.named("s3:PutPublicAccessBlock").map_err(failed("block public access to"))?;
        done.push("it blocks public access".to_owned());
        Ok(done)
    }
}

/// Returns the location of a bucket. The default, us-east-1, must not be given explicitly.
fn location(bucket: &StateBucket) -> Option<CreateBucketConfiguration> {
    let region = Some(bucket.aws.region()).filter(|region| *region != "us-east-1")?;
    Some(CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build())
}

fn encryption(bucket: &StateBucket) -> Result<ServerSideEncryptionConfiguration, Error> {
    let by_default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .set_kms_master_key_id(bucket.kms_key.clone())
        .build();
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(built(by_default)?)
        .bucket_key_enabled(true)
        .build();
    built(ServerSideEncryptionConfiguration::builder().rules(rule).build())
}
