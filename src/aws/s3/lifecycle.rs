//! The lifecycle of the objects in a bucket: what moves to cheaper storage and what expires.

use std::collections::BTreeSet;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{self as sdk, ExpirationStatus, TransitionStorageClass};
use serde::{Deserialize, Serialize};

use crate::engine::sdk::Error;

/// A storage class to move objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StorageClass {
    /// Infrequent access.
    #[serde(rename = "STANDARD_IA")]
    StandardInfrequentAccess,
    /// Infrequent access, in one zone only.
    #[serde(rename = "ONEZONE_IA")]
    OneZoneInfrequentAccess,
    /// S3 watches the access and moves by itself.
    #[serde(rename = "INTELLIGENT_TIERING")]
    IntelligentTiering,
    /// Archive, read in milliseconds.
    #[serde(rename = "GLACIER_IR")]
    GlacierInstantRetrieval,
    /// Archive, read in minutes to hours.
    #[serde(rename = "GLACIER")]
    Glacier,
    /// Archive, read in hours.
    #[serde(rename = "DEEP_ARCHIVE")]
    DeepArchive,
}

/// After how many days objects move where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Transition {
    /// Days since the object was made.
    pub days: u32,
    /// Where it moves.
    pub storage_class: StorageClass,
}

/// After how many days replaced versions move where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoncurrentTransition {
    /// Days since another version took its place.
    pub days: u32,
    /// How many of the replaced versions stay where they are, 1 to 100; `None`: none.
    #[serde(default)]
    pub keep_versions: Option<u32>,
    /// Where it moves.
    pub storage_class: StorageClass,
}

/// After how many days replaced versions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentExpiration {
    /// Days since another version took its place.
    pub days: u32,
    /// How many of the replaced versions stay for ever, 1 to 100; `None`: none.
    #[serde(default)]
    pub keep_versions: Option<u32>,
}

/// One rule of a lifecycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// Its name in the bucket, up to 255 characters.
    pub id: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// How the keys begin that it is about; empty for all.
    #[serde(default)]
    pub prefix: String,
    /// What moves when.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// Days after which objects go.
    #[serde(default)]
    pub expiration_days: Option<u32>,
    /// Whether a delete marker goes when no version is left behind it.
    #[serde(default)]
    pub remove_expired_delete_markers: bool,
    /// What of the replaced versions moves when.
    #[serde(default)]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// When replaced versions go.
    #[serde(default)]
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// Days after which an upload in parts that was never completed goes.
    #[serde(default)]
    pub abort_multipart_days: Option<u32>,
    /// What was read from AWS and cannot be declared (a filter on tags or sizes, a date): it only shows as drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl LifecycleRule {
    /// A rule in force for all keys that does nothing yet.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            enabled: true,
            prefix: String::new(),
            transitions: Vec::new(),
            expiration_days: None,
            remove_expired_delete_markers: false,
            noncurrent_transitions: Vec::new(),
            noncurrent_expiration: None,
            abort_multipart_days: None,
            other: None,
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut refuse = |wrong: bool, message: &str| {
            if wrong {
                problems.push(message.to_owned());
            }
        };
        refuse(self.id.is_empty() || self.id.len() > 255, "its name has 1 to 255 characters");
        refuse(self.prefix.len() > 1024, "its prefix has at most 1,024 characters");
        let does_nothing = self.transitions.is_empty()
            && self.noncurrent_transitions.is_empty()
            && self.noncurrent_expiration.is_none()
            && self.expiration_days.is_none()
            && self.abort_multipart_days.is_none()
            && !self.remove_expired_delete_markers;
        refuse(does_nothing, "does nothing: give it a transition or an expiration");
        refuse(
            self.expiration_days.is_some() && self.remove_expired_delete_markers,
            "AWS takes either expiration_days or remove_expired_delete_markers in one rule",
        );
        let noncurrent_days = self.noncurrent_expiration.map(|expiration| expiration.days);
        let zero = [self.expiration_days, noncurrent_days, self.abort_multipart_days].contains(&Some(0));
        refuse(zero, "days are 1 or more");
        let too_soon = |days: u32, class: StorageClass| {
            let infrequent =
                matches!(class, StorageClass::StandardInfrequentAccess | StorageClass::OneZoneInfrequentAccess);
            infrequent && days < 30
        };
        refuse(
            self.transitions.iter().any(|to| too_soon(to.days, to.storage_class))
                || self.noncurrent_transitions.iter().any(|to| too_soon(to.days, to.storage_class)),
            "AWS moves to infrequent access after 30 days at the earliest",
        );
        let last = self.transitions.iter().map(|to| to.days).max();
        refuse(
            self.expiration_days.zip(last).is_some_and(|(expiration, last)| expiration <= last),
            "objects must expire after their last transition",
        );
        let last = self.noncurrent_transitions.iter().map(|to| to.days).max();
        refuse(
            noncurrent_days.zip(last).is_some_and(|(expiration, last)| expiration <= last),
            "replaced versions must expire after their last transition",
        );
        let kept = self.noncurrent_transitions.iter().map(|to| to.keep_versions);
        let kept = kept.chain([self.noncurrent_expiration.and_then(|expiration| expiration.keep_versions)]);
        refuse(kept.flatten().any(|kept| !(1..=100).contains(&kept)), "keep_versions is 1 to 100");
        let classes: BTreeSet<_> = self.transitions.iter().map(|to| to.storage_class).collect();
        refuse(classes.len() < self.transitions.len(), "moves twice to the same storage class");
        refuse(self.other.is_some(), "`other` cannot be declared");
        problems
    }

    /// From what AWS has.
    pub(super) fn read(rule: &sdk::LifecycleRule) -> Self {
        let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
        let mut other = Vec::new();
        let filter = rule.filter();
        if filter.is_some_and(|filter| {
            filter.tag().is_some()
                || filter.and().is_some()
                || filter.object_size_greater_than().is_some()
                || filter.object_size_less_than().is_some()
        }) {
            other.push("a filter on tags or sizes".to_owned());
        }
        let mut class = |class: Option<&TransitionStorageClass>| {
            let name = class.map_or("", TransitionStorageClass::as_str);
            let known = serde_json::from_value(name.into()).ok();
            if known.is_none() {
                other.push(format!("storage class {name}"));
            }
            known
        };
        let mut transitions = Vec::new();
        for to in rule.transitions() {
            if let Some(storage_class) = class(to.storage_class()) {
                transitions.push(Transition { days: days(to.days()).unwrap_or(0), storage_class });
            }
        }
        let mut noncurrent_transitions = Vec::new();
        for to in rule.noncurrent_version_transitions() {
            if let Some(storage_class) = class(to.storage_class()) {
                let keep_versions = days(to.newer_noncurrent_versions());
                let days = days(to.noncurrent_days()).unwrap_or(0);
                noncurrent_transitions.push(NoncurrentTransition { days, keep_versions, storage_class });
            }
        }
        let expiration = rule.expiration();
        if expiration.is_some_and(|expiration| expiration.date().is_some())
            || rule.transitions().iter().any(|to| to.date().is_some())
        {
            other.push("a date".to_owned());
        }
        #[expect(deprecated, reason = "rules made by older tools have their prefix there")]
        let prefix = filter.and_then(|filter| filter.prefix()).or(rule.prefix());
        Self {
            id: rule.id().unwrap_or_default().to_owned(),
            enabled: *rule.status() == ExpirationStatus::Enabled,
            prefix: prefix.unwrap_or_default().to_owned(),
            transitions,
            expiration_days: expiration.and_then(|expiration| days(expiration.days())),
            remove_expired_delete_markers: expiration
                .and_then(|expiration| expiration.expired_object_delete_marker())
                .unwrap_or(false),
            noncurrent_transitions,
            noncurrent_expiration: rule.noncurrent_version_expiration().map(|expiration| NoncurrentExpiration {
                days: days(expiration.noncurrent_days()).unwrap_or(0),
                keep_versions: days(expiration.newer_noncurrent_versions()),
            }),
            abort_multipart_days: rule
                .abort_incomplete_multipart_upload()
                .and_then(|abort| days(abort.days_after_initiation())),
            other: (!other.is_empty()).then(|| other.join(", ")),
        }
    }

    fn sdk(&self) -> Result<sdk::LifecycleRule, BuildError> {
        let class = |class: StorageClass| {
            let name = serde_json::to_value(class).unwrap_or_default();
            TransitionStorageClass::from(name.as_str().unwrap_or_default())
        };
        let status = if self.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
        let mut rule = sdk::LifecycleRule::builder()
            .id(&self.id)
            .status(status)
            .filter(sdk::LifecycleRuleFilter::builder().prefix(&self.prefix).build());
        for to in &self.transitions {
            let transition = sdk::Transition::builder().days(to_i32(to.days)).storage_class(class(to.storage_class));
            rule = rule.transitions(transition.build());
        }
        for to in &self.noncurrent_transitions {
            let transition = sdk::NoncurrentVersionTransition::builder()
                .noncurrent_days(to_i32(to.days))
                .set_newer_noncurrent_versions(to.keep_versions.map(to_i32))
                .storage_class(class(to.storage_class));
            rule = rule.noncurrent_version_transitions(transition.build());
        }
        if self.expiration_days.is_some() || self.remove_expired_delete_markers {
            let expiration = sdk::LifecycleExpiration::builder()
                .set_days(self.expiration_days.map(to_i32))
                .set_expired_object_delete_marker(self.remove_expired_delete_markers.then_some(true));
            rule = rule.expiration(expiration.build());
        }
        if let Some(expiration) = self.noncurrent_expiration {
            let expiration = sdk::NoncurrentVersionExpiration::builder()
                .noncurrent_days(to_i32(expiration.days))
                .set_newer_noncurrent_versions(expiration.keep_versions.map(to_i32));
            rule = rule.noncurrent_version_expiration(expiration.build());
        }
        if let Some(days) = self.abort_multipart_days {
            let abort = sdk::AbortIncompleteMultipartUpload::builder().days_after_initiation(to_i32(days));
            rule = rule.abort_incomplete_multipart_upload(abort.build());
        }
        rule.build()
    }
}

fn to_i32(number: u32) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// What is wrong with the rules of a bucket.
pub(super) fn problems(rules: &[LifecycleRule]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut problems = Vec::new();
    for rule in rules {
        problems.extend(rule.problems().into_iter().map(|problem| format!("rule `{}`: {problem}", rule.id)));
        if !ids.insert(&rule.id) {
            problems.push(format!("rule `{}`: its name stands twice", rule.id));
        }
    }
    if rules.len() > 1000 {
        problems.push("a bucket has at most 1,000 rules".to_owned());
    }
    problems
}

/// All rules, for AWS.
pub(super) fn configuration(rules: &[LifecycleRule]) -> Result<sdk::BucketLifecycleConfiguration, Error> {
    let rules: Result<Vec<_>, BuildError> = rules.iter().map(LifecycleRule::sdk).collect();
    rules
        .and_then(|rules| sdk::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build())
        .map_err(|error| Error::invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> LifecycleRule {
        LifecycleRule {
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
        }
    }

    #[test]
    fn a_rule_reads_back_as_it_was_set() {
        let markers =
            LifecycleRule { enabled: false, remove_expired_delete_markers: true, ..LifecycleRule::new("markers") };
        for rule in [full(), markers] {
            assert_eq!(rule.problems(), Vec::<String>::new());
            assert_eq!(LifecycleRule::read(&rule.sdk().unwrap()), rule);
        }
    }

    #[test]
    fn what_cannot_be_declared_shows_as_drift() {
        let filter = sdk::LifecycleRuleFilter::builder().object_size_greater_than(5).build();
        let rule = sdk::LifecycleRule::builder().id("x").status(ExpirationStatus::Enabled).filter(filter);
        let read = LifecycleRule::read(&rule.build().unwrap());
        assert_eq!(read.other.as_deref(), Some("a filter on tags or sizes"));
    }

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let soon = Transition { days: 3, storage_class: StorageClass::StandardInfrequentAccess };
        let cases = [
            (LifecycleRule::new("x"), "does nothing"),
            (LifecycleRule { id: String::new(), ..full() }, "its name has"),
            (LifecycleRule { expiration_days: Some(0), transitions: vec![], ..full() }, "1 or more"),
            (LifecycleRule { expiration_days: Some(90), ..full() }, "after their last transition"),
            (LifecycleRule { transitions: vec![soon], ..full() }, "30 days"),
            (LifecycleRule { remove_expired_delete_markers: true, ..full() }, "either"),
            (
                LifecycleRule {
                    noncurrent_expiration: Some(NoncurrentExpiration { days: 60, keep_versions: Some(0) }),
                    ..full()
                },
                "keep_versions",
            ),
        ];
        for (rule, reason) in cases {
            let found = problems(std::slice::from_ref(&rule));
            assert!(found.len() == 1 && found[0].contains(reason), "{reason}: {found:?}");
        }
        assert!(problems(&[full(), full()])[0].contains("twice"));
    }
}
