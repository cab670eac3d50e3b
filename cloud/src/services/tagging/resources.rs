//! The tagged resources of a region.
//!
//! AWS returns neither roles nor users of IAM (github.com/aws/aws-sdk/issues/581, and "Resource types you can use with AWS
//! Resource Groups and Tag Editor", services-iam). Budgets and scalable targets are left out as well: nothing says that AWS
//! returns them.

use std::collections::BTreeMap;

use crate::documents::CallContext;
use crate::services::cloudcontrol;
use crate::services::ec2::resource_type;
use crate::usage::tag_map;

/// The tags of one resource.
pub type TagMap = BTreeMap<String, String>;

/// Returns all resources with tags by ARN.
pub fn tagged(context: &CallContext<'_>) -> BTreeMap<String, TagMap> {
    let (partition, region, account) = (context.partition(), context.region, context.account);
    let mut found = BTreeMap::new();
    for (id, tags) in context.other("ec2").all("Tags") {
        if let Some(kind) = resource_type(id) {
            found.insert(format!("arn:{partition}:ec2:{region}:{account}:{kind}/{id}"), tag_map(tags));
        }
    }
    for service in ["bedrock", "monitoring", "sagemaker"] {
        let tables = context.other(service);
        for (arn, tags) in tables.all("tags").chain(tables.all("Tags")) {
            found.insert(arn.to_owned(), tag_map(tags));
        }
    }
    for (arn, topic) in context.other("sns").all("topics") {
        found.insert(arn.to_owned(), tag_map(&topic["Tags"]));
    }
    for (id, key) in context.other("kms").all("Key") {
        found.insert(format!("arn:{partition}:kms:{region}:{account}:key/{id}"), tag_map(&key["Tags"]));
    }
    for (_, group) in context.other("logs").all("log_groups") {
        let arn = group["arn"].as_str().unwrap_or_default();
        found.insert(arn.strip_suffix(":*").unwrap_or(arn).to_owned(), tag_map(&group["tags"]));
    }
    for (_, secret) in context.other("secretsmanager").all("secrets") {
        if secret["deleted_date"].is_null() {
            found.insert(secret["arn"].as_str().unwrap_or_default().to_owned(), tag_map(&secret["tags"]));
        }
    }
    for (name, bucket) in context.other("s3").all("buckets") {
        if bucket["region"].as_str().is_none_or(|of| of.is_empty() || of == region) {
            found.insert(format!("arn:{partition}:s3:::{name}"), tag_map(&bucket["tags"]));
        }
    }
    found.extend(cloudcontrol::tagged(&context.other("cloudcontrolapi"), context));
    found.retain(|arn, tags| !arn.is_empty() && !tags.is_empty());
    found
}
