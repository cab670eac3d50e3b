//! Conversions of the lifecycle rules of a bucket.

use aws_sdk_s3::types::{self as sdk, ExpirationStatus, TransitionStorageClass};

use crate::providers::numbers::signed;
use crate::sdk::{Error, built};
use ebbtide::aws::s3::{LifecycleRule, NoncurrentExpiration, NoncurrentTransition, StorageClass, Transition};

/// Reads a rule as AWS has it. Parts that cannot be declared are listed in `other`.
pub(super) fn read_rule(rule: &sdk::LifecycleRule) -> LifecycleRule {
    let mut other = Vec::new();
    if rule.filter().is_some_and(filters_by_more_than_prefix) {
        other.push("a filter on tags or sizes".to_owned());
    }
    let transitions = read_transitions(rule, &mut other);
    let noncurrent_transitions = read_noncurrent_transitions(rule, &mut other);
    let expiration = rule.expiration();
    if expiration.is_some_and(|expiration| expiration.date().is_some())
        || rule.transitions().iter().any(|transition| transition.date().is_some())
    {
        other.push("a date".to_owned());
    }
    #[expect(deprecated, reason = "rules made by older tools have their prefix there")]
    let prefix = rule.filter().and_then(|filter| filter.prefix()).or(rule.prefix());
    LifecycleRule {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: *rule.status() == ExpirationStatus::Enabled,
        prefix: prefix.unwrap_or_default().to_owned(),
        transitions,
        expiration_days: expiration.and_then(|expiration| to_u32(expiration.days())),
        remove_expired_delete_markers: expiration
            .and_then(|expiration| expiration.expired_object_delete_marker())
            .unwrap_or(false),
        noncurrent_transitions,
        noncurrent_expiration: rule.noncurrent_version_expiration().map(|expiration| NoncurrentExpiration {
            days: to_u32(expiration.noncurrent_days()).unwrap_or(0),
            keep_versions: to_u32(expiration.newer_noncurrent_versions()),
        }),
        abort_multipart_days: rule
            .abort_incomplete_multipart_upload()
            .and_then(|abort| to_u32(abort.days_after_initiation())),
        other: (!other.is_empty()).then(|| other.join(", ")),
    }
}

fn filters_by_more_than_prefix(filter: &sdk::LifecycleRuleFilter) -> bool {
    filter.tag().is_some()
        || filter.and().is_some()
        || filter.object_size_greater_than().is_some()
        || filter.object_size_less_than().is_some()
}

fn read_transitions(rule: &sdk::LifecycleRule, other: &mut Vec<String>) -> Vec<Transition> {
    let read = |transition: &sdk::Transition| {
        let storage_class = read_storage_class(transition.storage_class(), other)?;
        Some(Transition { days: to_u32(transition.days()).unwrap_or(0), storage_class })
    };
    rule.transitions().iter().filter_map(read).collect()
}

fn read_noncurrent_transitions(rule: &sdk::LifecycleRule, other: &mut Vec<String>) -> Vec<NoncurrentTransition> {
    let read = |transition: &sdk::NoncurrentVersionTransition| {
        let storage_class = read_storage_class(transition.storage_class(), other)?;
        let keep_versions = to_u32(transition.newer_noncurrent_versions());
        Some(NoncurrentTransition {
            days: to_u32(transition.noncurrent_days()).unwrap_or(0),
            keep_versions,
            storage_class,
        })
    };
    rule.noncurrent_version_transitions().iter().filter_map(read).collect()
}

/// Reads a storage class. A class that cannot be declared is added to `other`.
fn read_storage_class(class: Option<&TransitionStorageClass>, other: &mut Vec<String>) -> Option<StorageClass> {
    let name = class.map_or("", TransitionStorageClass::as_str);
    let known = serde_json::from_value(name.into()).ok();
    if known.is_none() {
        other.push(format!("storage class {name}"));
    }
    known
}

/// Converts all rules of a bucket to the form of the SDK.
pub(super) fn lifecycle_to_sdk(rules: &[LifecycleRule]) -> Result<sdk::BucketLifecycleConfiguration, Error> {
    let rules: Vec<_> = rules.iter().map(rule_to_sdk).collect::<Result<_, _>>()?;
    built(sdk::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build())
}

fn rule_to_sdk(rule: &LifecycleRule) -> Result<sdk::LifecycleRule, Error> {
    let status = if rule.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
    let mut builder = sdk::LifecycleRule::builder()
        .id(&rule.id)
        .status(status)
        .filter(sdk::LifecycleRuleFilter::builder().prefix(&rule.prefix).build());
    for transition in &rule.transitions {
        let transition = sdk::Transition::builder()
            .days(signed(transition.days))
            .storage_class(storage_class_to_sdk(transition.storage_class));
        builder = builder.transitions(transition.build());
    }
    for transition in &rule.noncurrent_transitions {
        let transition = sdk::NoncurrentVersionTransition::builder()
            .noncurrent_days(signed(transition.days))
            .set_newer_noncurrent_versions(transition.keep_versions.map(signed))
            .storage_class(storage_class_to_sdk(transition.storage_class));
        builder = builder.noncurrent_version_transitions(transition.build());
    }
    if rule.expiration_days.is_some() || rule.remove_expired_delete_markers {
        let expiration = sdk::LifecycleExpiration::builder()
            .set_days(rule.expiration_days.map(signed))
            .set_expired_object_delete_marker(rule.remove_expired_delete_markers.then_some(true));
        builder = builder.expiration(expiration.build());
    }
    if let Some(expiration) = rule.noncurrent_expiration {
        let expiration = sdk::NoncurrentVersionExpiration::builder()
            .noncurrent_days(signed(expiration.days))
            .set_newer_noncurrent_versions(expiration.keep_versions.map(signed));
        builder = builder.noncurrent_version_expiration(expiration.build());
    }
    if let Some(days) = rule.abort_multipart_days {
        let abort = sdk::AbortIncompleteMultipartUpload::builder().days_after_initiation(signed(days));
        builder = builder.abort_incomplete_multipart_upload(abort.build());
    }
    built(builder.build())
}

fn storage_class_to_sdk(class: StorageClass) -> TransitionStorageClass {
    let name = serde_json::to_value(class).unwrap_or_default();
    TransitionStorageClass::from(name.as_str().unwrap_or_default())
}

fn to_u32(number: Option<i32>) -> Option<u32> {
    number.and_then(|number| number.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_was_set() {
        let full = LifecycleRule {
            prefix: "captures/".into(),
            transitions: vec![
                Transition { days: 30, storage_class: StorageClass::StandardInfrequentAccess },
                Transition { days: 90, storage_class: StorageClass::GlacierInstantRetrieval },
            ],
            expiration_days: Some(365),
            noncurrent_transitions: vec![NoncurrentTransition {
                days: 30,
                keep_versions: Some(2),
                storage_class: StorageClass::Glacier,
            }],
            noncurrent_expiration: Some(NoncurrentExpiration { days: 60, keep_versions: None }),
            abort_multipart_days: Some(7),
            ..LifecycleRule::new("captures")
        };
        let markers =
            LifecycleRule { enabled: false, remove_expired_delete_markers: true, ..LifecycleRule::new("markers") };
        for rule in [full, markers] {
            assert_eq!(read_rule(&rule_to_sdk(&rule).unwrap()), rule);
        }
    }

    #[test]
    fn parts_that_cannot_be_declared_show_as_drift() {
        let filter = sdk::LifecycleRuleFilter::builder().object_size_greater_than(5).build();
        let rule = sdk::LifecycleRule::builder().id("x").status(ExpirationStatus::Enabled).filter(filter);
        let read = read_rule(&rule.build().unwrap());
        assert_eq!(read.other.as_deref(), Some("a filter on tags or sizes"));
    }
}
