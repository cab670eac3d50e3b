//! The settings of a bucket, each with calls of its own.

use aws_sdk_s3::types::{BucketVersioningStatus, Tag, Tagging, VersioningConfiguration};

use super::{Bucket, Encryption, LifecycleRule, PublicAccessBlock, bucket_policy, lifecycle};
use crate::engine::providers::lists::ordered_like;
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Resolved, Tags, own_tags};

/// All tags of a bucket, ownership tags included; `None` if there is no such bucket.
pub(super) async fn tags(context: &Context, bucket: &str) -> Result<Option<Tags>, Error> {
    let tagging = context.aws.s3().get_bucket_tagging().bucket(bucket).send().await.named("s3:GetBucketTagging");
    match tagging {
        Err(error) if error.is_code("NoSuchTagSet") => Ok(Some(Tags::new())),
        tagging => Ok(tagging.optional()?.map(|tagging| {
            tagging.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
        })),
    }
}

/// Tags in the SDK's form.
pub(super) fn sdk_tags(tags: Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect::<Result<_, _>>().map_err(|error| Error::invalid(error.to_string()))
}

/// The settings as AWS has them; `None` if there is no such bucket.
pub(super) async fn read(
    context: &Context,
    bucket: &str,
    arn: &str,
    last: &Bucket<Resolved>,
) -> Result<Option<Bucket<Resolved>>, Error> {
    let s3 = context.aws.s3();
    let versioning =
        async { s3.get_bucket_versioning().bucket(bucket).send().await.named("s3:GetBucketVersioning").optional() };
    let encryption = async {
        s3.get_bucket_encryption().bucket(bucket).send().await.named("s3:GetEncryptionConfiguration").optional()
    };
    let access = async {
        s3.get_public_access_block().bucket(bucket).send().await.named("s3:GetBucketPublicAccessBlock").optional()
    };
    let rules = async {
        let get = s3.get_bucket_lifecycle_configuration().bucket(bucket);
        get.send().await.named("s3:GetLifecycleConfiguration").optional()
    };
    let policy = async { s3.get_bucket_policy().bucket(bucket).send().await.named("s3:GetBucketPolicy").optional() };
    let (tags, versioning, encryption, access, rules, policy) =
        tokio::try_join!(tags(context, bucket), versioning, encryption, access, rules, policy)?;
    // For the others, that they do not exist may mean that the setting was never made.
    let (Some(tags), Some(versioning)) = (tags, versioning) else { return Ok(None) };
    let rules = rules.iter().flat_map(|rules| rules.rules()).map(LifecycleRule::read).collect();
    let document = policy.as_ref().and_then(|policy| policy.policy());
    let (policy, tls_only) = bucket_policy::split(document, (last.policy.as_ref(), last.tls_only), arn)?;
    Ok(Some(Bucket {
        name: last.name.as_ref().map(|_| bucket.to_owned()),
        versioning: versioning.status() == Some(&BucketVersioningStatus::Enabled),
        encryption: Encryption::read(encryption.as_ref().and_then(|it| it.server_side_encryption_configuration())),
        public_access: PublicAccessBlock::read(
            access.as_ref().and_then(|access| access.public_access_block_configuration()),
        ),
        lifecycle: ordered_like(&last.lifecycle, rules),
        policy,
        tls_only,
        tags: own_tags(tags),
    }))
}

/// Brings the settings that differ to what they must be. One after the other: S3 refuses two changes at once.
pub(super) async fn change(
    context: &Context,
    bucket: &str,
    arn: &str,
    from: &Bucket<Resolved>,
    to: &Bucket<Resolved>,
) -> Result<(), Error> {
    let s3 = context.aws.s3();
    if from.tags != to.tags {
        let tagging = Tagging::builder().set_tag_set(Some(sdk_tags(context.tags(&to.tags))?)).build();
        let tagging = tagging.map_err(|error| Error::invalid(error.to_string()))?;
        s3.put_bucket_tagging().bucket(bucket).tagging(tagging).send().await.named("s3:PutBucketTagging")?;
    }
    if from.encryption != to.encryption {
        let put = s3.put_bucket_encryption().bucket(bucket);
        let put = put.server_side_encryption_configuration(to.encryption.sdk()?);
        put.send().await.named("s3:PutEncryptionConfiguration")?;
    }
    if from.versioning != to.versioning {
        // Versioning that was on can only be suspended: what versions there are stay.
        let status = if to.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
        let put = s3.put_bucket_versioning().bucket(bucket);
        let put = put.versioning_configuration(VersioningConfiguration::builder().status(status).build());
        put.send().await.named("s3:PutBucketVersioning")?;
    }
    // Before the policy: a public one is refused as long as it is blocked.
    if from.public_access != to.public_access {
        let put = s3.put_public_access_block().bucket(bucket);
        let put = put.public_access_block_configuration(to.public_access.sdk());
        put.send().await.named("s3:PutBucketPublicAccessBlock")?;
    }
    if (&from.policy, from.tls_only) != (&to.policy, to.tls_only) {
        match bucket_policy::whole(to.policy.as_ref(), to.tls_only)? {
            Some(policy) => {
                let put = s3.put_bucket_policy().bucket(bucket).policy(policy.to_json(Some(arn)).to_string());
                put.send().await.named("s3:PutBucketPolicy")?;
            }
            None => {
                s3.delete_bucket_policy().bucket(bucket).send().await.named("s3:DeleteBucketPolicy").optional()?;
            }
        }
    }
    if from.lifecycle != to.lifecycle {
        if to.lifecycle.is_empty() {
            let delete = s3.delete_bucket_lifecycle().bucket(bucket);
            delete.send().await.named("s3:PutLifecycleConfiguration").optional()?;
        } else {
            let put = s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let put = put.lifecycle_configuration(lifecycle::configuration(&to.lifecycle)?);
            put.send().await.named("s3:PutLifecycleConfiguration")?;
        }
    }
    Ok(())
}
