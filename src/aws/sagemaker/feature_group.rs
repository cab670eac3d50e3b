//! `sagemaker_feature_group`: records of features, in a store for reads at once, in a bucket, or both.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::feature::{self, group_name_problem};
use super::names::{known_names, same_names};
use super::{Feature, FeatureType, Lifetime, OfflineStore, OnlineStorage, OnlineStore, Throughput};
use crate::aws::{Arn, FeatureGroupName, RoleArn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    Tags, fields, validate_tags,
};

/// A feature group. A pause keeps it, and with it the records: AWS deletes those of the online store together with the group.
///
/// ```
/// # use ebbtide::aws::iam::RoleOutputs;
/// # use ebbtide::aws::sagemaker::{Feature, FeatureGroup, OfflineStore};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &RoleOutputs<Declared>) {
/// let features = vec![Feature::string("invoice"), Feature::fractional("seen_at"), Feature::fractional("total")];
/// let group = FeatureGroup::online("invoice", "seen_at", features).and_offline(OfflineStore::at("s3://features/"), &role.arn);
/// let group = stack.add("invoices", group);
/// stack.output("FEATURE_GROUP", &group.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FeatureGroup<P: Phase = Declared> {
    /// The name, up to 64 letters, digits, hyphens and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The description, up to 128 characters. AWS cannot change it: another one is another group.
    #[serde(default)]
    pub description: Option<String>,
    /// The feature that identifies a record.
    pub record_identifier: String,
    /// The feature with the time of a record, a text or a number with a fraction.
    pub event_time: String,
    /// The features, 1 to 2500. AWS can add features to a group, and neither remove nor change one.
    pub features: Vec<Feature>,
    /// The online store; none unless given.
    #[serde(default)]
    pub online_store: Option<OnlineStore<P>>,
    /// The tier of the online store. AWS can change `Standard` to `StandardV2` alone.
    #[serde(default)]
    pub storage: OnlineStorage,
    /// The lifetime of records in the online store; they stay unless given.
    #[serde(default)]
    pub lifetime: Option<Lifetime>,
    /// The offline store; none unless given.
    #[serde(default)]
    pub offline_store: Option<OfflineStore<P>>,
    /// The role with which AWS writes to the offline store, which needs one.
    #[serde(default)]
    pub role: Option<P::Of<RoleArn>>,
    /// The throughput.
    #[serde(default)]
    pub throughput: Throughput,
    /// Whether a pause keeps provisioned capacity, which is billed by the hour. Otherwise a pause switches the group to on demand.
    /// AWS allows that once in 24 hours, so stacks that are paused more often keep the capacity, or fail to reduce it.
    #[serde(default)]
    pub keep_capacity_while_paused: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 64;

impl FeatureGroup {
    fn new(record_identifier: &str, event_time: &str, features: Vec<Feature>) -> Self {
        Self {
            name: None,
            description: None,
            record_identifier: record_identifier.to_owned(),
            event_time: event_time.to_owned(),
            features,
            online_store: None,
            storage: OnlineStorage::Standard,
            lifetime: None,
            offline_store: None,
            role: None,
            throughput: Throughput::OnDemand,
            keep_capacity_while_paused: false,
            tags: Tags::new(),
        }
    }

    /// Creates a group with an online store, on demand.
    pub fn online(record_identifier: &str, event_time: &str, features: Vec<Feature>) -> Self {
        let online_store = Some(OnlineStore { kms_key: None });
        Self { online_store, ..Self::new(record_identifier, event_time, features) }
    }

    /// Creates a group with an offline store alone, on demand.
    pub fn offline(
        record_identifier: &str,
        event_time: &str,
        features: Vec<Feature>,
        store: OfflineStore,
        role: impl Into<Input<RoleArn>>,
    ) -> Self {
        Self::new(record_identifier, event_time, features).and_offline(store, role)
    }

    /// Adds an offline store.
    #[must_use]
    pub fn and_offline(self, store: OfflineStore, role: impl Into<Input<RoleArn>>) -> Self {
        Self { offline_store: Some(store), role: Some(role.into()), ..self }
    }

    /// Reports features for identifier and time that are not there, or not of a type that AWS accepts.
    fn validate_keys(&self, problems: &mut Problems) {
        for (field, name) in [("record_identifier", &self.record_identifier), ("event_time", &self.event_time)] {
            match self.features.iter().find(|feature| feature.name == *name) {
                None => problems.refuse(field, format!("no feature is named `{name}`")),
                // Developer guide, "Create feature groups".
                Some(feature) if field == "event_time" && feature.value == FeatureType::Integral => {
                    problems.refuse(field, "the time of a record is a text or a number with a fraction");
                }
                Some(_) => {}
            }
        }
    }
}

impl<P: Phase> FeatureGroup<P> {
    /// Returns the name that the group has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a feature group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FeatureGroupOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<FeatureGroupName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for FeatureGroup {
    const KIND: &'static str = "sagemaker_feature_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    // Create-only in the schema of `AWS::SageMaker::FeatureGroup`.
    const REPLACE_ON: &'static [&'static str] =
        fields!(FeatureGroup: name, description, record_identifier, event_time, online_store, offline_store, role);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const UNORDERED: &'static [&'static str] = &["features"];
    const TYPICAL_SECONDS: u32 = 60;
    type Resolved = FeatureGroup<Resolved>;
    type Outputs<P: Phase> = FeatureGroupOutputs<P>;

    fn billing(&self) -> Billing {
        let online = self.online_store.is_some();
        let mut charges = self.throughput.charges(online);
        charges.extend(online.then(|| Charge::by_use("sagemaker.feature_store.storage", "storage_gb")));
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(group_name_problem) {
            problems.refuse("name", problem);
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 128) {
            problems.refuse("description", "SageMaker accepts up to 128 characters");
        }
        let online = self.online_store.as_ref().map(|_| self.storage);
        feature::validate(&self.features, online == Some(OnlineStorage::InMemory), problems);
        self.validate_keys(problems);
        if self.online_store.is_none() {
            if self.storage != OnlineStorage::Standard {
                problems.refuse("storage", "it is the tier of an online store, and there is none");
            }
            if self.lifetime.is_some() {
                problems.refuse("lifetime", "it is that of records in an online store, and there is none");
            }
            if self.offline_store.is_none() {
                problems.refuse("online_store", "a group needs an online store, an offline store, or both");
            }
        }
        if self.lifetime.is_some_and(|lifetime| lifetime.value == 0) {
            problems.refuse("lifetime", "it is at least 1");
        }
        if let Some(store) = &self.offline_store {
            store.validate(problems);
            if self.role.is_none() {
                problems.refuse("role", "AWS writes to an offline store with a role");
            }
        }
        self.throughput.validate(online, problems);
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        same_names(all, |group| group.name.as_deref(), "feature group")
    }

    fn paused(&self) -> OnPause<Self> {
        match self.throughput {
            Throughput::Provisioned { .. } if !self.keep_capacity_while_paused => {
                OnPause::Reduce(Self { throughput: Throughput::OnDemand, ..self.clone() })
            }
            _ => OnPause::Keep,
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        known_names(identity, "feature-group", &self.aws_name(identity))
    }
}
