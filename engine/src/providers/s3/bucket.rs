//! Provider of `s3_bucket`.

use std::time::Duration;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::{configuration, objects};
use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{Backoff, CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::s3::{Bucket, BucketOutputs, Encryption, PublicAccessBlock};
use ebbtide::resource::Resolved;

/// The codes with which S3 says that a bucket of this name is in another region: which one depends on the two regions.
const ELSEWHERE: &[&str] = &["AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"];

/// How often a bucket is looked up that was just created in us-east-1.
const LOOKS: usize = 4;

impl Provider for Bucket {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:s3:::{name}",
        reads: "s3:GetBucketPolicy s3:GetBucketPublicAccessBlock s3:GetBucketTagging s3:GetBucketVersioning \
            s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration s3:ListObjectVersions",
        creates: "s3:CreateBucket s3:PutBucketPolicy s3:PutBucketPublicAccessBlock s3:PutBucketVersioning \
            s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration",
        updates: "s3:PutBucketTagging s3:PutBucketPolicy s3:DeleteBucketPolicy s3:PutBucketPublicAccessBlock \
            s3:PutBucketVersioning s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration",
        deletes: "s3:DeleteObjects s3:DeleteBucket",
    });

    // Old and new configuration come in turn for minutes, in some regions longer than in others: Terraform's provider waits
    // three minutes for up to ten equal reads (terraform-provider-aws, pull requests 32850 and 41764).
    const VISIBLE_WITHIN: Duration = Duration::from_mins(5);
    const VISIBLE_LOOKS: u32 = 8;
    const ASKS_FOR_DATA: bool = true;

    async fn find(context: &Context, inputs: &Bucket<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.name(&context.identity);
        match configuration::read_tags(context, &name).await {
            Ok(tags) => Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name)),
            // The name belongs to another account, or to a bucket in another region.
            Err(error) if error.kind == ErrorKind::Denied || is_elsewhere(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(context: &Context, inputs: &Bucket<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let region = context.aws.region();
        let mut location = CreateBucketConfiguration::builder()
            .set_tags(Some(configuration::tags_to_sdk(context.tags(&inputs.tags))?));
        // us-east-1 is the default location, and S3 refuses it as a constraint.
        if region != "us-east-1" {
            location = location.location_constraint(BucketLocationConstraint::from(region));
        }
        let create = context.aws.s3().create_bucket().bucket(&name).create_bucket_configuration(location.build());
        let taken = || format!("another bucket named {name} exists: choose another name, or none to have one derived");
        match create.send().await.named("s3:CreateBucket") {
            // An earlier attempt created it; the calls below can be repeated.
            Err(error) if error.is_code("BucketAlreadyOwnedByYou") && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => return Err(error.hint(taken())),
            Err(error) if is_elsewhere(&error) => return Err(error.as_kind(ErrorKind::AlreadyExists).hint(taken())),
            // In us-east-1, creating a bucket that the account already owns is a success.
            Ok(_) if region == "us-east-1" && !is_ours(context, &name).await? => {
                return Err(Error::new(ErrorKind::AlreadyExists, taken()).hint("choose another name"));
            }
            created => drop(created?),
        }
        let arn = BucketOutputs::of(&name, context.scope()).arn;
        let fresh = Bucket::<Resolved> {
            name: None,
            versioning: false,
            encryption: Encryption::Aes256,
            // AWS blocks public access to new buckets, but the block is always set, so as not to rely on that default.
            public_access: PublicAccessBlock::NONE,
            lifecycle: Vec::new(),
            policy: None,
            tls_only: false,
            tags: inputs.tags.clone(),
        };
        let changed = configuration::change(context, &name, arn.as_str(), &fresh, inputs).await;
        changed.map_err(|error| error.not_yet_on(&["NoSuchBucket"]))?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Bucket<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let outputs = BucketOutputs::of(id, context.scope());
        let inputs = configuration::read(context, id, outputs.arn.as_str(), last).await?;
        Ok(inputs.map(|inputs| Reading::ready(inputs, outputs)))
    }

    async fn data(context: &Context, id: &str) -> Result<Option<String>, Error> {
        objects::read_data(context, id).await
    }

    async fn update(context: &Context, id: &str, from: &Bucket<Resolved>, to: &Bucket<Resolved>) -> Result<(), Error> {
        let arn = BucketOutputs::of(id, context.scope()).arn;
        configuration::change(context, id, arn.as_str(), from, to).await
    }

    async fn delete(context: &Context, id: &str, _last: &Bucket<Resolved>) -> Result<(), Error> {
        guard_data(context, &format!("the bucket {id}"), Self::data(context, id)).await?;
        if context.include_data {
            objects::delete_all(context, id).await?;
        }
        let deleted = context
            .aws
            .s3()
            .delete_bucket()
            .bucket(id)
            .send()
            .await
            .named("s3:DeleteBucket")
            .unless_missing(&["NoSuchBucket"]);
        match deleted {
            // Objects were added since. If data is included, the next attempt deletes them too.
            Err(error) if error.is_code("BucketNotEmpty") && context.include_data => {
                Err(error.as_kind(ErrorKind::Busy))
            }
            deleted => deleted.map(drop),
        }
    }
}

/// Returns whether S3 says that a bucket is in another region.
fn is_elsewhere(error: &Error) -> bool {
    ELSEWHERE.iter().any(|code| error.is_code(code))
}

/// Returns whether a bucket for which a creation succeeded carries the ownership tags. A bucket without any tag is looked up
/// again: it may be new, and its tags not visible yet.
async fn is_ours(context: &Context, name: &str) -> Result<bool, Error> {
    for delay in Backoff::VISIBILITY.delays().take(LOOKS) {
        match configuration::read_tags(context, name).await? {
            Some(tags) if !tags.is_empty() => return Ok(context.identity.owns(&tags)),
            _ => tokio::time::sleep(delay).await,
        }
    }
    Ok(false)
}
