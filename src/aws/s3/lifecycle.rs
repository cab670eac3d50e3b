//! The lifecycle of the objects in a bucket: rules by which they move to cheaper storage and expire.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A storage class to move objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StorageClass {
    /// Infrequent access.
    #[serde(rename = "STANDARD_IA")]
    StandardInfrequentAccess,
    /// Infrequent access, in one zone only.
    #[serde(rename = "ONEZONE_IA")]
    OneZoneInfrequentAccess,
    /// S3 moves objects by how often they are read.
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

/// A move of objects to another storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Transition {
    /// Days after the object was created.
    pub days: u32,
    /// The storage class that it moves to.
    pub storage_class: StorageClass,
}

/// A move of replaced versions to another storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoncurrentTransition {
    /// Days after the version was replaced.
    pub days: u32,
    /// The number of replaced versions that do not move, 1 to 100; `None` is none.
    #[serde(default)]
    pub keep_versions: Option<u32>,
    /// The storage class that it moves to.
    pub storage_class: StorageClass,
}

/// The expiration of replaced versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentExpiration {
    /// Days after the version was replaced.
    pub days: u32,
    /// The number of replaced versions that never expire, 1 to 100; `None` is none.
    #[serde(default)]
    pub keep_versions: Option<u32>,
}

/// One rule of a lifecycle.
///
/// ```
/// # use ebbtide::aws::s3::{LifecycleRule, StorageClass, Transition};
/// # fn rule() -> LifecycleRule {
/// LifecycleRule {
///     prefix: "captures/".into(),
///     transitions: vec![Transition { days: 30, storage_class: StorageClass::StandardInfrequentAccess }],
///     expiration_days: Some(365),
///     ..LifecycleRule::new("captures")
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// The name, up to 255 characters, unique in the bucket.
    pub id: String,
    /// Whether it is in effect.
    pub enabled: bool,
    /// The prefix of the keys that it applies to; empty for all keys.
    #[serde(default)]
    pub prefix: String,
    /// The moves of objects.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// Days after which objects expire.
    #[serde(default)]
    pub expiration_days: Option<u32>,
    /// Whether a delete marker is removed once no version is left behind it.
    #[serde(default)]
    pub remove_expired_delete_markers: bool,
    /// The moves of replaced versions.
    #[serde(default)]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// The expiration of replaced versions.
    #[serde(default)]
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// Days after which an incomplete multipart upload is aborted.
    #[serde(default)]
    pub abort_multipart_days: Option<u32>,
    /// Parts read from AWS that cannot be declared (a filter on tags or sizes, a date). They only show as drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl LifecycleRule {
    /// Creates a rule for all keys without an action.
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
            "has both expiration_days and remove_expired_delete_markers; AWS accepts either of them in one rule",
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
            "AWS moves objects to infrequent access after 30 days at the earliest",
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
}

/// Returns the problems of the rules of a bucket.
pub(super) fn lifecycle_problems(rules: &[LifecycleRule]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut problems = Vec::new();
    for rule in rules {
        problems.extend(rule.problems().into_iter().map(|problem| format!("rule `{}`: {problem}", rule.id)));
        if !ids.insert(&rule.id) {
            problems.push(format!("rule `{}`: another rule has the same name", rule.id));
        }
    }
    if rules.len() > 1000 {
        problems.push("a bucket has at most 1,000 rules".to_owned());
    }
    problems
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
    fn valid_rules_pass() {
        let markers =
            LifecycleRule { enabled: false, remove_expired_delete_markers: true, ..LifecycleRule::new("markers") };
        assert_eq!(lifecycle_problems(&[full(), markers]), Vec::<String>::new());
    }

    #[test]
    fn invalid_rules_are_refused() {
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
            let found = lifecycle_problems(std::slice::from_ref(&rule));
            assert!(found.len() == 1 && found[0].contains(reason), "{reason}: {found:?}");
        }
        assert!(lifecycle_problems(&[full(), full()])[0].contains("same name"));
    }
}
