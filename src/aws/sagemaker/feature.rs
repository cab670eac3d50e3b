//! A feature of a feature group.

use serde::{Deserialize, Serialize};

use crate::aws::lists::repeats;
use crate::resource::Problems;

/// The most features that a group can have.
const MOST: usize = 2500;

/// Names that AWS keeps for itself.
const RESERVED: [&str; 3] = ["is_deleted", "write_time", "api_invocation_time"];

/// A feature: a value that each record of a group may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// The name, up to 64 letters, digits, hyphens and underscores.
    pub name: String,
    /// The type of its values.
    pub value: FeatureType,
    /// The collection that it is, if it is one. Only groups whose online store is in memory have collections.
    #[serde(default)]
    pub collection: Option<Collection>,
}

/// The type of values of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureType {
    /// Texts.
    String,
    /// Whole numbers.
    Integral,
    /// Numbers with fractions.
    Fractional,
}

/// A collection of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Ordered values.
    List,
    /// Distinct values without an order.
    Set,
    /// A fixed number of fractional values.
    Vector {
        /// The number of values, 1 to 8192.
        dimension: u32,
    },
}

impl Feature {
    /// Creates a feature of single values.
    pub fn new(name: impl Into<String>, value: FeatureType) -> Self {
        Self { name: name.into(), value, collection: None }
    }

    /// Creates a feature of texts.
    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, FeatureType::String)
    }

    /// Creates a feature of whole numbers.
    pub fn integral(name: impl Into<String>) -> Self {
        Self::new(name, FeatureType::Integral)
    }

    /// Creates a feature of numbers with fractions.
    pub fn fractional(name: impl Into<String>) -> Self {
        Self::new(name, FeatureType::Fractional)
    }
}

/// Reports values that AWS would refuse.
pub(super) fn validate(features: &[Feature], in_memory: bool, problems: &mut Problems) {
    if !(1..=MOST).contains(&features.len()) {
        problems.refuse("features", format!("a group has 1 to {MOST} features"));
    }
    for (index, feature) in features.iter().enumerate() {
        let field = format!("features[{index}]");
        if let Some(problem) = feature_name_problem(&feature.name) {
            problems.refuse(format!("{field}.name"), problem);
        }
        // Developer guide, "Collection types".
        match feature.collection {
            Some(_) if !in_memory => {
                problems.refuse(format!("{field}.collection"), "only groups with `storage: InMemory` have collections");
            }
            Some(Collection::Vector { dimension }) => {
                if !(1..=8192).contains(&dimension) {
                    problems.refuse(format!("{field}.collection"), "a vector has 1 to 8192 dimensions");
                }
                if feature.value != FeatureType::Fractional {
                    problems.refuse(format!("{field}.value"), "the values of a vector are fractional");
                }
            }
            _ => {}
        }
    }
    for (index, name) in repeats(features, |feature| Some(feature.name.to_ascii_lowercase())) {
        problems.refuse(format!("features[{index}].name"), format!("another feature is named `{name}`"));
    }
    let is_vector = |feature: &&Feature| matches!(feature.collection, Some(Collection::Vector { .. }));
    if features.iter().filter(is_vector).count() > 1 {
        problems.refuse("features", "a group has at most one vector");
    }
}

fn feature_name_problem(name: &str) -> Option<String> {
    if RESERVED.contains(&name) {
        return Some(format!("AWS keeps the name `{name}` for itself"));
    }
    group_name_problem(name)
}

/// Returns the problem with the name of a feature or a group: letters, digits, and hyphens and underscores inside.
pub(super) fn group_name_problem(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let at_ends = |c: char| "-_".contains(c);
    let fits = (1..=64).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with(at_ends)
        && !name.ends_with(at_ends);
    (!fits)
        .then(|| format!("`{name}`: SageMaker accepts 1 to 64 letters and digits, with hyphens and underscores inside"))
}
