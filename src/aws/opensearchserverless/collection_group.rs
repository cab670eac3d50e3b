//! `opensearchserverless_collection_group`: collections that share their capacity.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::names::{MAX_NAME_LENGTH, check_description, check_name, derived};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, CollectionGroupName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Identity, Persistence, Phase, Problems, Resource, Tags, fields, validate_tags,
};

/// A group of collections that share their capacity, which is measured in OpenSearch compute units (OCU).
///
/// A group of the next generation whose least capacity is zero scales to zero after ten minutes without requests, and costs storage alone
/// then. The first request afterwards takes 10 to 30 seconds. Something that keeps polling it keeps it awake. Groups of the classic
/// generation, and collections without a group, cannot scale to zero.
///
/// ```
/// # use ebbtide::aws::opensearchserverless::{Collection, CollectionGroup, CollectionKind};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let group = stack.add("vectors", CollectionGroup::scaling_to_zero(4.0));
/// let collection = stack.add("documents", Collection::within(&group.name, CollectionKind::Vectors));
/// stack.output("SEARCH_ENDPOINT", &collection.endpoint);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectionGroup {
    /// The name, 3 to 32 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description, up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The generation.
    #[serde(default)]
    pub generation: Generation,
    /// Whether there are copies in another zone.
    #[serde(default = "yes")]
    pub standby: bool,
    /// The least capacity for indexing, in halves of an OCU. Unless given, AWS chooses: zero in the next generation.
    #[serde(default)]
    pub min_indexing_ocu: Option<f64>,
    /// The least capacity for searches, in halves of an OCU. Unless given, AWS chooses: zero in the next generation.
    #[serde(default)]
    pub min_search_ocu: Option<f64>,
    /// The greatest capacity for indexing, in halves of an OCU, 1 at least. AWS chooses unless given.
    #[serde(default)]
    pub max_indexing_ocu: Option<f64>,
    /// The greatest capacity for searches, in halves of an OCU, 1 at least. AWS chooses unless given.
    #[serde(default)]
    pub max_search_ocu: Option<f64>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The generation of OpenSearch Serverless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// The next generation, which scales to zero.
    #[default]
    Next,
    /// The classic generation, which bills one OCU at least, or two with copies in another zone.
    Classic,
}

fn yes() -> bool {
    true
}

impl CollectionGroup {
    /// Creates a group of the next generation that scales to zero, and up to so many OCU each for indexing and for searches.
    pub fn scaling_to_zero(max_ocu: f64) -> Self {
        Self {
            name: None,
            description: None,
            generation: Generation::Next,
            standby: true,
            min_indexing_ocu: Some(0.0),
            min_search_ocu: Some(0.0),
            max_indexing_ocu: Some(max_ocu),
            max_search_ocu: Some(max_ocu),
            tags: Tags::new(),
        }
    }

    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| derived(identity, MAX_NAME_LENGTH))
    }
}

/// Returns the charges for capacity that is always there, and for more.
pub(super) fn capacity_charges(generation: Generation, standby: bool, least: f64) -> Vec<Charge> {
    // Without traffic, the classic generation keeps halves of an OCU for indexing and for searches, and as much in another zone.
    let (item, least) = match generation {
        Generation::Next => ("opensearch_serverless.nextgen.ocu", least),
        Generation::Classic => ("opensearch_serverless.classic.ocu", least.max(if standby { 2.0 } else { 1.0 })),
    };
    let always = (least > 0.0).then(|| Charge::hourly(item, least));
    always.into_iter().chain([Charge::by_use(item, "more_ocu_hours")]).collect()
}

/// The outputs of a collection group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CollectionGroupOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<CollectionGroupName>,
}

impl Resource for CollectionGroup {
    const KIND: &'static str = "opensearchserverless_collection_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("deleting its collections would lose their data");
    const REPLACE_ON: &'static [&'static str] = fields!(CollectionGroup: name, standby, generation);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Self;
    type Outputs<P: Phase> = CollectionGroupOutputs<P>;

    fn billing(&self) -> Billing {
        let least = self.min_indexing_ocu.unwrap_or_default() + self.min_search_ocu.unwrap_or_default();
        Billing::Charges(capacity_charges(self.generation, self.standby, least))
    }

    fn validate(&self, problems: &mut Problems) {
        check_name(self.name.as_ref(), MAX_NAME_LENGTH, "a collection group", problems);
        check_description(self.description.as_ref(), 0, problems);
        let limits = [
            ("min_indexing_ocu", self.min_indexing_ocu, 0.0),
            ("min_search_ocu", self.min_search_ocu, 0.0),
            ("max_indexing_ocu", self.max_indexing_ocu, 1.0),
            ("max_search_ocu", self.max_search_ocu, 1.0),
        ];
        for (field, ocu, least) in limits {
            if let Some(ocu) = ocu.filter(|ocu| ocu.is_nan() || *ocu < least || (ocu * 2.0).fract() != 0.0) {
                problems.refuse(field, format!("is {ocu}; AWS takes halves of an OCU, {least} at least"));
            }
        }
        let pairs = [
            ("max_indexing_ocu", self.min_indexing_ocu, self.max_indexing_ocu),
            ("max_search_ocu", self.min_search_ocu, self.max_search_ocu),
        ];
        for (field, min, max) in pairs {
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                problems.refuse(field, format!("is {max}, less than the least capacity, {min}"));
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |group| group.name.as_ref(), |name| format!("another collection group is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for CollectionGroup {
    const TYPE: &'static str = "AWS::OpenSearchServerless::CollectionGroup";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::words("generation", "Generation", &[("next", "NEXTGEN"), ("classic", "CLASSIC")]),
        Property::switch("standby", "StandbyReplicas", "ENABLED", "DISABLED"),
        Property::plain("min_indexing_ocu", "CapacityLimits/MinIndexingCapacityInOcu"),
        Property::plain("min_search_ocu", "CapacityLimits/MinSearchCapacityInOcu"),
        Property::plain("max_indexing_ocu", "CapacityLimits/MaxIndexingCapacityInOcu"),
        Property::plain("max_search_ocu", "CapacityLimits/MaxSearchCapacityInOcu"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "Id"), ("arn", "Arn"), ("name", "Name")];

    fn placed(inputs: &Self, identity: &Identity) -> Placed {
        let name = json!(inputs.aws_name(identity));
        Placed { properties: Map::from_iter([("Name".to_owned(), name)]), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_groups_are_refused() {
        let group = || CollectionGroup::scaling_to_zero(4.0);
        let cases = [
            ("name", CollectionGroup { name: Some("Docs".into()), ..group() }),
            ("name", CollectionGroup { name: Some("1docs".into()), ..group() }),
            ("name", CollectionGroup { name: Some("x".repeat(33)), ..group() }),
            ("description", CollectionGroup { description: Some("x".repeat(1001)), ..group() }),
            ("min_indexing_ocu", CollectionGroup { min_indexing_ocu: Some(-0.5), ..group() }),
            ("min_search_ocu", CollectionGroup { min_search_ocu: Some(0.25), ..group() }),
            ("max_indexing_ocu", CollectionGroup { max_indexing_ocu: Some(0.5), ..group() }),
            ("max_search_ocu", CollectionGroup { min_search_ocu: Some(4.5), ..group() }),
            ("tags", CollectionGroup { tags: Tags::from([("aws:x".into(), "y".into())]), ..group() }),
        ];
        for (field, group) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_group_that_scales_to_zero_bills_nothing_by_the_hour_and_a_classic_one_does() {
        let hourly = |group: &CollectionGroup| match group.billing() {
            Billing::Charges(charges) => {
                charges.iter().filter(|charge| !charge.is_by_use()).map(|charge| charge.quantity).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let next = CollectionGroup::scaling_to_zero(4.0);
        let classic = CollectionGroup { generation: Generation::Classic, ..next.clone() };
        assert_eq!(hourly(&next), [0.0; 0]);
        assert_eq!(hourly(&CollectionGroup { min_search_ocu: Some(1.5), ..next }), [1.5]);
        assert_eq!(hourly(&classic), [2.0]);
        assert_eq!(hourly(&CollectionGroup { standby: false, ..classic }), [1.0]);
    }
}
