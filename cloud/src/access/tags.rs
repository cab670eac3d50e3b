//! The tags that resources have, as conditions see them.

use std::collections::BTreeMap;

use crate::documents::CallContext;
use crate::services::tagging::tagged;
use crate::usage::tag_map;

/// Returns the tags of all resources by ARN.
pub fn of_resources(context: &CallContext<'_>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = tagged(context);
    for (_, role) in context.other("iam").all("Role") {
        found.insert(role["Arn"].as_str().unwrap_or_default().to_owned(), tag_map(&role["Tags"]));
    }
    let (partition, account) = (context.partition(), context.account);
    for (name, budget) in context.other("budgets").all("budgets") {
        found.insert(format!("arn:{partition}:budgets::{account}:budget/{name}"), tag_map(&budget["Tags"]));
    }
    for (arn, tags) in context.other("application-autoscaling").all("Tags") {
        found.insert(arn.to_owned(), tag_map(tags));
    }
    // The permissions for a log group are those on its streams.
    let streams = |(arn, tags): (&String, &BTreeMap<String, String>)| {
        arn.contains(":log-group:").then(|| (format!("{arn}:log-stream:"), tags.clone()))
    };
    let groups: Vec<_> = found.iter().filter_map(streams).collect();
    found.extend(groups);
    // A bucket's tags are none of its objects, nor, without ABAC, of the bucket ("Using tags for attribute-based access control in
    // S3 general purpose buckets").
    found.retain(|arn, _| !arn.contains(":s3:::"));
    found
}
