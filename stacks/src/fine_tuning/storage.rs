//! The buckets: training data with its versions, and the metrics that runs leave.

use ebbtide::aws::BucketName;
use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::s3::{Bucket, Encryption, LifecycleRule, NoncurrentExpiration};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::Settings;

/// The names of the buckets.
pub(super) struct Storage {
    /// Training data and data for validation.
    pub(super) training: Input<BucketName>,
    /// What runs leave: their metrics. Custom models themselves are in storage of Bedrock.
    pub(super) models: Input<BucketName>,
}

/// Declares the buckets.
pub(super) fn declare(stack: &mut Stack, settings: &Settings) -> Storage {
    let uploads = LifecycleRule { abort_multipart_days: Some(7), ..LifecycleRule::new("unfinished-uploads") };
    let encryption = match &settings.kms_key {
        Some(key) => Encryption::Kms { key: Some(key.as_str().into()), bucket_key: true },
        None => Encryption::Aes256,
    };
    // Data that a model was made of can be looked up while it is in use.
    let old_data = LifecycleRule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: settings.old_training_data_days,
            keep_versions: None,
        }),
        ..LifecycleRule::new("old-data")
    };
    let training = Bucket {
        versioning: true,
        lifecycle: vec![old_data, uploads.clone()],
        policy: Some(policy(stack, "Read", &["s3:GetObject"], "/*")),
        encryption: encryption.clone(),
        ..Bucket::new()
    };
    let models = Bucket {
        lifecycle: vec![uploads],
        policy: Some(policy(
            stack,
            "Write",
            &["s3:GetObject", "s3:PutObject"],
            &format!("/{}*", settings.output_prefix),
        )),
        encryption,
        ..Bucket::new()
    };
    Storage { training: stack.add("training-data", training).name, models: stack.add("models", models).name }
}

/// Returns the policy of a bucket: what Bedrock may do in its own name, for customization jobs of this account alone. With the role
/// of a job it has the permissions of that role, which are in the same account and need no policy of the bucket.
fn policy(stack: &Stack, name: &str, actions: &[&str], objects: &str) -> Policy {
    let bedrock = || Principal::service("bedrock.amazonaws.com");
    let for_own_jobs = |policy: Policy| jobs_of_this_account(stack, policy);
    let list = Policy::new().allow(["s3:ListBucket"]).named("List").to(bedrock()).on_itself();
    let policy = for_own_jobs(list).allow(actions.iter().copied()).named(name).to(bedrock()).on_itself_then(objects);
    for_own_jobs(policy)
}

/// Limits the last statement to calls on behalf of customization jobs of this account: the conditions of AWS's guide "Create a service
/// role for model customization".
pub(super) fn jobs_of_this_account(stack: &Stack, policy: Policy) -> Policy {
    let scope = stack.scope();
    if scope.account.is_empty() {
        return policy;
    }
    let jobs = scope.arn("bedrock", "model-customization-job/*");
    policy.when("StringEquals", "aws:SourceAccount", [scope.account.as_str()]).when("ArnLike", "aws:SourceArn", [jobs])
}
