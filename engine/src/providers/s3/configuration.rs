//! The settings of a bucket, each of which has its own calls.

use aws_sdk_s3::types::{BucketVersioningStatus, Tag, Tagging, VersioningConfiguration};

use super::bucket_policy;
use super::encryption::{encryption_to_sdk, read_encryption};
use super::lifecycle::{lifecycle_to_sdk, read_rule};
use super::public_access::{public_access_to_sdk, read_public_access};
use crate::providers::lists::ordered_like;
use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::aws::s3::Bucket;
use ebbtide::resource::{Resolved, Tags, own_tags};

/// The codes with which S3 says that a bucket, or one of its settings, does not exist.
const MISSING: &[&str] = &[
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
];

/// Reads all tags of a bucket, including ownership tags; `None` if there is no such bucket.
pub(super) async fn read_tags(context: &Context, bucket: &str) -> Result<Option<Tags>, Error> {
    let tagging = context.aws.s3().get_bucket_tagging().bucket(bucket).send().await.named("s3:GetBucketTagging");
    match tagging {
        Err(error) if error.is_code("NoSuchTagSet") => Ok(Some(Tags::new())),
        tagging => Ok(tagging.unless_missing(MISSING)?.map(|tagging| {
            tagging.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
        })),
    }
}

/// Converts tags to the form of the SDK.
pub(super) fn tags_to_sdk(tags: Tags) -> Result<Vec<Tag>, Error> {
    tags.into_iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}

/// Reads the settings as AWS has them; `None` if there is no such bucket.
pub(super) async fn read(
    context: &Context,
    bucket: &str,
    arn: &str,
    last: &Bucket<Resolved>,
) -> Result<Option<Bucket<Resolved>>, Error> {
    let s3 = context.aws.s3();
    let versioning = async {
        s3.get_bucket_versioning().bucket(bucket).send().await.named("s3:GetBucketVersioning").unless_missing(MISSING)
    };
    let encryption = async {
        s3.get_bucket_encryption()
            .bucket(bucket)
            .send()
            .await
            .named("s3:GetEncryptionConfiguration")
            .unless_missing(MISSING)
    };
    let access = async {
        s3.get_public_access_block()
            .bucket(bucket)
            .send()
            .await
            .named("s3:GetBucketPublicAccessBlock")
            .unless_missing(MISSING)
    };
    let rules = async {
        let get = s3.get_bucket_lifecycle_configuration().bucket(bucket);
        get.send().await.named("s3:GetLifecycleConfiguration").unless_missing(MISSING)
    };
    let policy = async {
        s3.get_bucket_policy().bucket(bucket).send().await.named("s3:GetBucketPolicy").unless_missing(MISSING)
    };
    let tags = async {
        match context.listed_tags(arn).await {
            Some(tags) => Ok(Some(tags)),
            None => read_tags(context, bucket).await,
        }
    };
    let (tags, versioning, encryption, access, rules, policy) =
        tokio::try_join!(tags, versioning, encryption, access, rules, policy)?;
    // Tags and versioning can be read from every bucket. The other settings are missing if they were never made.
    let (Some(tags), Some(versioning)) = (tags, versioning) else { return Ok(None) };
    let rules = rules.iter().flat_map(|rules| rules.rules()).map(read_rule).collect();
    let document = policy.as_ref().and_then(|policy| policy.policy());
    let (policy, tls_only) = bucket_policy::split(document, (last.policy.as_ref(), last.tls_only), arn)?;
    Ok(Some(Bucket {
        name: last.name.as_ref().map(|_| bucket.to_owned()),
        versioning: versioning.status() == Some(&BucketVersioningStatus::Enabled),
        encryption: read_encryption(
            encryption.as_ref().and_then(|encryption| encryption.server_side_encryption_configuration()),
        ),
        public_access: read_public_access(
            access.as_ref().and_then(|access| access.public_access_block_configuration()),
        ),
        lifecycle: ordered_like(&last.lifecycle, rules),
        policy,
        tls_only,
        tags: own_tags(tags),
    }))
}

/// Changes the settings that differ. It does so one after the other, because S3 refuses two changes at once.
pub(super) async fn change(
    context: &Context,
    bucket: &str,
    arn: &str,
    from: &Bucket<Resolved>,
    to: &Bucket<Resolved>,
) -> Result<(), Error> {
    let s3 = context.aws.s3();
    if from.tags != to.tags {
        let tagging = built(Tagging::builder().set_tag_set(Some(tags_to_sdk(context.tags(&to.tags))?)).build())?;
        s3.put_bucket_tagging().bucket(bucket).tagging(tagging).send().await.named("s3:PutBucketTagging")?;
    }
    if from.encryption != to.encryption {
        let put = s3.put_bucket_encryption().bucket(bucket);
        let put = put.server_side_encryption_configuration(encryption_to_sdk(&to.encryption)?);
        put.send().await.named("s3:PutEncryptionConfiguration")?;
    }
    if from.versioning != to.versioning {
        // Versioning that was on can only be suspended; existing versions are kept.
        let status = if to.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
        let put = s3.put_bucket_versioning().bucket(bucket);
        let put = put.versioning_configuration(VersioningConfiguration::builder().status(status).build());
        put.send().await.named("s3:PutBucketVersioning")?;
    }
    // Before the policy, because S3 refuses a public policy while public access is blocked.
    if from.public_access != to.public_access {
        let put = s3.put_public_access_block().bucket(bucket);
        let put = put.public_access_block_configuration(public_access_to_sdk(to.public_access));
        put.send().await.named("s3:PutBucketPublicAccessBlock")?;
    }
    if (&from.policy, from.tls_only) != (&to.policy, to.tls_only) {
        match bucket_policy::merged(to.policy.as_ref(), to.tls_only)? {
            Some(policy) => {
                let put = s3.put_bucket_policy().bucket(bucket).policy(policy.to_json(Some(arn)).to_string());
                put.send().await.named("s3:PutBucketPolicy")?;
            }
            None => {
                s3.delete_bucket_policy()
                    .bucket(bucket)
                    .send()
                    .await
                    .named("s3:DeleteBucketPolicy")
                    .unless_missing(MISSING)?;
            }
        }
    }
    if from.lifecycle != to.lifecycle {
        if to.lifecycle.is_empty() {
            let delete = s3.delete_bucket_lifecycle().bucket(bucket);
            delete.send().await.named("s3:PutLifecycleConfiguration").unless_missing(MISSING)?;
        } else {
            let put = s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let put = put.lifecycle_configuration(lifecycle_to_sdk(&to.lifecycle)?);
            put.send().await.named("s3:PutLifecycleConfiguration")?;
        }
    }
    Ok(())
}
