//! The key by which documents, prompts, captured calls and the audit trail are encrypted.

use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::kms::{Alias, Key};
use ebbtide::aws::{Arn, BucketName};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

/// The actions of a role that reads and writes encrypted objects.
pub(super) const USE: [&str; 3] = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"];

/// Declares the key. Roles of the account use it as their own policies let them; the trail of this name by the key's.
pub(super) fn declare(stack: &mut Stack, trail: &str) -> Input<Arn> {
    let (partition, account) = (stack.scope().partition(), stack.scope().account.clone());
    let region = stack.scope().region.clone();
    // CloudTrail's guide, "Configure AWS KMS key policies for CloudTrail".
    let policy = Policy::new()
        .allow(["kms:GenerateDataKey*"])
        .named("Encrypt")
        .to(Principal::service("cloudtrail.amazonaws.com"))
        .on_everything()
        .when("StringEquals", "aws:SourceArn", [format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{trail}")])
        .when(
            "StringLike",
            "kms:EncryptionContext:aws:cloudtrail:arn",
            [format!("arn:{partition}:cloudtrail:*:{account}:trail/*")],
        )
        .allow(["kms:DescribeKey"])
        .named("Describe")
        .to(Principal::service("cloudtrail.amazonaws.com"))
        .on_everything();
    let key =
        Key { policy: Some(policy), rotation_days: Some(365), ..Key::new("Documents, prompts and the audit trail") };
    let key = stack.add("documents", key);
    stack.add("documents", Alias::of(&key.id));
    key.arn
}

/// Returns the ARN of all objects in a bucket.
pub(super) fn objects(stack: &Stack, bucket: &Input<BucketName>) -> Input<String> {
    bucket.text().after(format!("arn:{}:s3:::", stack.scope().partition())).then("/*")
}
