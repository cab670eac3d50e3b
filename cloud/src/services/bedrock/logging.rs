//! The log of invocations: one configuration in an account and region.

use serde_json::{Value, json};

use super::role;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The table and the key of the configuration.
const PLACE: (&str, &str) = ("InvocationLogging", "configuration");

/// The members that say which data are logged. Those that are left out are true, as the AWS provider of Terraform has them.
const FLAGS: [&str; 5] = [
    "textDataDeliveryEnabled",
    "imageDataDeliveryEnabled",
    "embeddingDataDeliveryEnabled",
    "videoDataDeliveryEnabled",
    "audioDataDeliveryEnabled",
];

/// PutModelInvocationLoggingConfiguration takes the place of any configuration that is there, and tries whether Bedrock may write.
pub fn put(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut config = input["loggingConfig"].clone();
    let (logs, bucket) = (&config["cloudWatchConfig"], &config["s3Config"]);
    if logs.is_null() && bucket.is_null() {
        return Err(invalid("The logging configuration needs cloudWatchConfig or s3Config."));
    }
    if logs.is_object() {
        check_log_group(context, logs)?;
    }
    for bucket in [bucket, &logs["largeDataDeliveryS3Config"]].into_iter().filter(|bucket| bucket.is_object()) {
        check_bucket(context, text(bucket, "bucketName"))?;
    }
    for flag in FLAGS {
        if config[flag].is_null() {
            config[flag] = json!(true);
        }
    }
    context.own.put(PLACE.0, PLACE.1, config);
    Ok(json!({}))
}

/// The message is AWS's (alphagov/govuk-infrastructure#2440).
fn check_log_group(context: &CallContext<'_>, logs: &Value) -> Result<(), Fault> {
    let (group, arn) = (text(logs, "logGroupName"), text(logs, "roleArn"));
    let exists = context.other("logs").get("log_groups", group).is_some();
    let may_write =
        role::known(context, arn).is_some_and(|role| role.has_policies && role.trust.contains("bedrock.amazonaws.com"));
    if exists && may_write {
        return Ok(());
    }
    Err(invalid(format!(
        "Failed to validate permissions for log group: {group}, with role: {arn}. Verify the IAM role permissions are correct."
    )))
}

/// A bucket has a policy that lets bedrock.amazonaws.com put objects ("Monitor model invocation using CloudWatch Logs and Amazon S3"). The
/// words are made after those for log groups.
fn check_bucket(context: &CallContext<'_>, name: &str) -> Result<(), Fault> {
    let buckets = context.other("s3");
    let policy = buckets.get("buckets", name).map(|bucket| bucket["policy"].to_string()).unwrap_or_default();
    if policy.contains("bedrock.amazonaws.com") && policy.contains("s3:") {
        return Ok(());
    }
    Err(invalid(format!(
        "Failed to validate permissions for bucket: {name}. Verify that the bucket exists and that its policy lets Amazon Bedrock write."
    )))
}

/// GetModelInvocationLoggingConfiguration: without a configuration the member is absent.
pub fn get(_input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    Ok(json!({ "loggingConfig": context.own.get(PLACE.0, PLACE.1) }))
}

/// DeleteModelInvocationLoggingConfiguration: a missing configuration is no error (the service model has none for it).
pub fn delete(_input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    context.own.remove(PLACE.0, PLACE.1);
    Ok(json!({}))
}
