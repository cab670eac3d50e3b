//! `opensearchserverless_collection`: a collection of indexes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::collection_group::{Generation, capacity_charges};
use super::names::{check_description, check_name, derived};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{CollectionArn, CollectionEndpoint, CollectionGroupName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 64;

/// A collection of indexes. Calls reach it once a [network policy](super::SecurityPolicy) and an [access policy](super::AccessPolicy) name
/// it.
///
/// It is encrypted by a key of AWS, by a key of KMS, or, without either, as an encryption policy says whose patterns fit its name. Such a policy
/// has to exist before: declare it in the stack, and let the collection wait for it with `stack.after`. AWS can change neither tags nor encryption
/// of a collection, and shows neither, so another tag replaces it, which needs `--include-data`.
///
/// ```
/// # use ebbtide::aws::opensearchserverless::{Collection, CollectionKind, SecurityPolicy};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let collection = Collection { name: Some("documents".into()), ..Collection::classic(CollectionKind::Vectors) };
/// let collection = stack.add("documents", collection);
/// stack.add("documents", SecurityPolicy::public(["documents"]));
/// stack.output("SEARCH_ENDPOINT", &collection.endpoint);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Collection<P: Phase = Declared> {
    /// The name, 3 to 64 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The use that it is made for.
    pub kind: CollectionKind,
    /// The group whose capacity it shares. All collections of a group are of one kind.
    #[serde(default)]
    pub group: Option<P::Of<CollectionGroupName>>,
    /// Whether there are copies in another zone: the same as in its group. AWS's default is that there are.
    #[serde(default = "yes")]
    pub standby: bool,
    /// Whether a key of AWS encrypts it.
    #[serde(default)]
    pub aws_owned_key: bool,
    /// The ARN of the KMS key that encrypts it.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Whether AWS refuses to delete it.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Whether indexes of vectors are built by accelerators; AWS chooses unless given.
    #[serde(default)]
    pub vector_acceleration: Option<VectorAcceleration>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The use that a collection is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionKind {
    /// Search of texts.
    Search,
    /// Logs and other data with a time.
    TimeSeries,
    /// Search of vectors.
    Vectors,
}

/// Whether indexes of vectors are built by accelerators, which is billed by use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorAcceleration {
    /// All are.
    Enabled,
    /// None are.
    Disabled,
    /// Those are that say so.
    Allowed,
}

fn yes() -> bool {
    true
}

impl Collection {
    /// Creates a collection in a group, encrypted by a key of AWS.
    pub fn within(group: impl Into<Input<CollectionGroupName>>, kind: CollectionKind) -> Self {
        Self { group: Some(group.into()), ..Self::classic(kind) }
    }

    /// Creates a collection with capacity of its own, encrypted by a key of AWS. It is of the classic generation and bills by the hour.
    pub fn classic(kind: CollectionKind) -> Self {
        Self {
            name: None,
            description: None,
            kind,
            group: None,
            standby: true,
            aws_owned_key: true,
            kms_key: None,
            deletion_protection: false,
            vector_acceleration: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> Collection<P> {
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH))
    }
}

/// The outputs of a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CollectionOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<CollectionArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The endpoint of searches and of indexing, a URL.
    pub endpoint: P::Of<CollectionEndpoint>,
    /// The address of its dashboards.
    pub dashboard: P::Of<String>,
    /// The endpoints that follow FIPS, where there are some.
    pub fips: P::Of<Option<FipsEndpoints>>,
    /// The ARN of the key that encrypts it, as far as AWS shows it.
    pub key: P::Of<Option<String>>,
}

/// Endpoints that follow FIPS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FipsEndpoints {
    /// The endpoint of searches and of indexing.
    #[serde(default, alias = "CollectionEndpoint")]
    pub endpoint: Option<String>,
    /// The address of the dashboards.
    #[serde(default, alias = "DashboardEndpoint")]
    pub dashboard: Option<String>,
}

impl Resource for Collection {
    const KIND: &'static str = "opensearchserverless_collection";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("deleting it would lose its data");
    const REPLACE_ON: &'static [&'static str] =
        fields!(Collection: name, kind, group, standby, aws_owned_key, kms_key, tags);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 120;
    type Resolved = Collection<Resolved>;
    type Outputs<P: Phase> = CollectionOutputs<P>;

    fn billing(&self) -> Billing {
        let mut charges = vec![Charge::by_use("opensearch_serverless.storage", "storage_gb")];
        if self.group.is_none() {
            charges.extend(capacity_charges(Generation::Classic, self.standby, 0.0));
        }
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        check_name(self.name.as_ref(), MAX_NAME_LENGTH, "a collection", problems);
        check_description(self.description.as_ref(), 0, problems);
        if self.aws_owned_key && self.kms_key.is_some() {
            problems.refuse("kms_key", "is a second key: set `aws_owned_key` to false");
        }
        let is_key = |key: &String| key.starts_with("arn:") && key.contains(":key/");
        if self.kms_key.as_ref().and_then(|key| key.known()).is_some_and(|key| !is_key(key)) {
            problems.refuse("kms_key", "is not the ARN of a key, which alone AWS takes here");
        }
        if self.vector_acceleration.is_some() && self.kind != CollectionKind::Vectors {
            problems.refuse("vector_acceleration", "is for collections of vectors");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another collection is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for Collection {
    const TYPE: &'static str = "AWS::OpenSearchServerless::Collection";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::words(
            "kind",
            "Type",
            &[("search", "SEARCH"), ("time_series", "TIMESERIES"), ("vectors", "VECTORSEARCH")],
        ),
        Property::plain("group", "CollectionGroupName").has_no_default(),
        Property::switch("standby", "StandbyReplicas", "ENABLED", "DISABLED"),
        Property::flag("aws_owned_key", "EncryptionConfig/AWSOwnedKey").write_only(),
        Property::plain("kms_key", "EncryptionConfig/KmsKeyArn").write_only(),
        Property::switch("deletion_protection", "DeletionProtection", "ENABLED", "DISABLED"),
        Property::words(
            "vector_acceleration",
            "VectorOptions/ServerlessVectorAcceleration",
            &[("enabled", "ENABLED"), ("disabled", "DISABLED"), ("allowed", "ALLOWED")],
        ),
        Property::tags("Tags").write_only(),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("id", "Id"),
        ("arn", "Arn"),
        ("name", "Name"),
        ("endpoint", "CollectionEndpoint"),
        ("dashboard", "DashboardEndpoint"),
        ("fips", "FipsEndpoints"),
        ("key", "KmsKeyArn"),
    ];
    const DATA: Option<&'static str> = Some("documents");

    fn placed(inputs: &Collection<Resolved>, identity: &Identity) -> Placed {
        let name = json!(inputs.aws_name(identity));
        Placed {
            identifier: None,
            properties: Map::from_iter([("Name".to_owned(), name)]),
            has_own_name: inputs.name.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_collections_are_refused() {
        let collection = || Collection::classic(CollectionKind::Vectors);
        let key = || Some("arn:aws:kms:eu-west-1:1:key/1".into());
        let accelerated = Some(VectorAcceleration::Enabled);
        let cases = [
            ("name", Collection { name: Some("docs_1".into()), ..collection() }),
            ("name", Collection { name: Some("x".repeat(65)), ..collection() }),
            ("description", Collection { description: Some("x".repeat(1001)), ..collection() }),
            ("kms_key", Collection { kms_key: key(), ..collection() }),
            ("kms_key", Collection { kms_key: Some("alias/a".into()), aws_owned_key: false, ..collection() }),
            (
                "vector_acceleration",
                Collection { vector_acceleration: accelerated, ..Collection::classic(CollectionKind::Search) },
            ),
            ("tags", Collection { tags: Tags::from([("aws:x".into(), "y".into())]), ..collection() }),
        ];
        for (field, collection) in cases {
            let mut problems = Problems::new();
            collection.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_collection_bills_capacity_by_the_hour_unless_a_group_does() {
        let hourly = |collection: Collection| match collection.billing() {
            Billing::Charges(charges) => charges.iter().filter(|charge| !charge.is_by_use()).count(),
            other => panic!("{other:?}"),
        };
        assert_eq!(hourly(Collection::classic(CollectionKind::Search)), 1);
        assert_eq!(hourly(Collection::within("vectors", CollectionKind::Search)), 0);
    }
}
