//! The buckets: documents, prompts, what the classifier leaves behind, and the audit trail.

use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::s3::{Bucket, Encryption, LifecycleRule, NoncurrentExpiration, StorageClass, Transition};
use ebbtide::aws::{Arn, BucketName};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::Settings;

/// The names of the buckets, and their key.
pub(super) struct Storage {
    /// Documents that were sent.
    pub(super) documents: Input<BucketName>,
    /// Prompts, each with all its versions.
    pub(super) prompts: Input<BucketName>,
    /// Captured calls, reports of the monitor, and features.
    pub(super) learning: Input<BucketName>,
    /// The files of the audit trail.
    pub(super) audit: Input<BucketName>,
    /// The key by which they are encrypted.
    pub(super) key: Input<Arn>,
}

/// Declares the buckets, encrypted with a key.
pub(super) fn declare(stack: &mut Stack, settings: &Settings, key: &Input<Arn>) -> Storage {
    let encryption = Encryption::Kms { key: Some(key.clone()), bucket_key: true };
    let uploads = LifecycleRule { abort_multipart_days: Some(7), ..LifecycleRule::new("unfinished-uploads") };
    let colder = Transition { days: 30, storage_class: StorageClass::StandardInfrequentAccess };
    let archive = LifecycleRule {
        transitions: vec![colder],
        expiration_days: settings.document_days,
        ..LifecycleRule::new("archive")
    };
    let documents =
        Bucket { lifecycle: vec![archive, uploads.clone()], encryption: encryption.clone(), ..Bucket::new() };
    let documents = stack.add("documents", documents).name;

    // A prompt is a file, and each of its versions can be brought back.
    let old = LifecycleRule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: 365, keep_versions: Some(20) }),
        ..LifecycleRule::new("old-prompts")
    };
    let prompts = Bucket { versioning: true, lifecycle: vec![old], encryption: encryption.clone(), ..Bucket::new() };
    let prompts = stack.add("prompts", prompts).name;

    let captured =
        LifecycleRule { prefix: "captured/".into(), expiration_days: Some(90), ..LifecycleRule::new("captured-calls") };
    let learning = Bucket { lifecycle: vec![captured, uploads], encryption, ..Bucket::new() };
    let learning = stack.add("learning", learning).name;

    let kept = LifecycleRule { expiration_days: Some(settings.audit_days), ..LifecycleRule::new("audit") };
    let audit = Bucket { lifecycle: vec![kept], policy: Some(trail_policy()), ..Bucket::new() };
    let audit = stack.add("audit", audit).name;
    Storage { documents, prompts, learning, audit, key: key.clone() }
}

/// Returns the policy that CloudTrail needs (its guide, "Amazon S3 bucket policy for CloudTrail").
fn trail_policy() -> Policy {
    let trails = || Principal::service("cloudtrail.amazonaws.com");
    Policy::new()
        .allow(["s3:GetBucketAcl"])
        .named("Acl")
        .to(trails())
        .on_itself()
        .allow(["s3:PutObject"])
        .named("Files")
        .to(trails())
        .on_itself_then("/AWSLogs/*")
        .when("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"])
}
