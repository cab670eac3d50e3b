//! `opensearchserverless_index`: an index of a collection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::mapping::{ANALYZER, Analyzer, FIELD, Field, VECTOR, VectorField, check_names, check_vectors};
use crate::aws::CollectionEndpoint;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Entries, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// The length of the longest name, in bytes: that of OpenSearch.
const MAX_NAME_LENGTH: usize = 255;

/// An index of a collection. Whoever creates it needs an [access policy](super::AccessPolicy) that lets them.
///
/// OpenSearch can add fields, and change neither a field that is there nor its vectors. So another dimension replaces the index, which
/// needs `--include-data`, and a field that is declared no longer stays. Fields that documents bring along are no difference.
///
/// ```
/// # use ebbtide::aws::CollectionEndpoint;
/// # use ebbtide::aws::opensearchserverless::{Field, FieldKind, Index};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, collection: &Input<CollectionEndpoint>) {
/// let index = Index::of_vectors(collection, "embedding", 1024).with("text", Field::new(FieldKind::Text));
/// stack.add("chunks", index);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Index<P: Phase = Declared> {
    /// The name, small letters, digits, `_` and `-`, with a letter at its beginning; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The endpoint of the collection.
    pub collection: P::Of<CollectionEndpoint>,
    /// The fields of vectors.
    #[serde(default)]
    pub vectors: BTreeMap<String, VectorField>,
    /// Other fields.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// Whether vectors are searched approximately, which is fast.
    #[serde(default)]
    pub approximate: bool,
    /// The length of the list of candidates of a search. AWS does not show it.
    #[serde(default)]
    pub ef_search: Option<u32>,
    /// How soon documents are found, such as `10s`. AWS does not show it.
    #[serde(default)]
    pub refresh_interval: Option<String>,
    /// Analyzers of texts.
    #[serde(default)]
    pub analyzers: BTreeMap<String, Analyzer>,
}

impl Index {
    /// Creates an index without fields.
    pub fn new(collection: impl Into<Input<CollectionEndpoint>>) -> Self {
        Self {
            name: None,
            collection: collection.into(),
            vectors: BTreeMap::new(),
            fields: BTreeMap::new(),
            approximate: false,
            ef_search: None,
            refresh_interval: None,
            analyzers: BTreeMap::new(),
        }
    }

    /// Creates an index with a field of vectors of so many dimensions.
    pub fn of_vectors(collection: impl Into<Input<CollectionEndpoint>>, field: &str, dimension: u32) -> Self {
        let vectors = BTreeMap::from([(field.to_owned(), VectorField::new(dimension))]);
        Self { vectors, approximate: true, ..Self::new(collection) }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &str, field: Field) -> Self {
        self.fields.insert(name.to_owned(), field);
        self
    }
}

impl<P: Phase> Index<P> {
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| super::names::derived(identity, 64))
    }
}

/// The outputs of an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct IndexOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<String>,
    /// The id that OpenSearch gave it.
    pub uuid: P::Of<String>,
}

impl Resource for Index {
    const KIND: &'static str = "opensearchserverless_index";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(Index: name, collection, vectors, approximate, analyzers);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const DELETED_WITH: &'static [&'static str] = fields!(Index: collection);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Index<Resolved>;
    type Outputs<P: Phase> = IndexOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("an index bills nothing beyond the capacity and the storage of its collection")
    }

    fn validate(&self, problems: &mut Problems) {
        let fits = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c))
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = "use small letters, digits, `_` and `-`, with a letter at the beginning";
            problems.refuse("name", format!("`{name}` is not the name of an index: {advice}"));
        }
        check_vectors(&self.vectors, problems);
        check_names("fields", &self.fields, problems);
        check_names("analyzers", &self.analyzers, problems);
        for name in self.fields.keys().filter(|name| self.vectors.contains_key(*name)) {
            problems.refuse("fields", format!("`{name}` is a field of vectors as well"));
        }
        if self.approximate && self.vectors.is_empty() {
            problems.refuse("approximate", "is for an index with vectors");
        }
        if self.ef_search == Some(0) || (self.ef_search.is_some() && !self.approximate) {
            problems.refuse("ef_search", "is 1 at least, and for an index whose vectors are searched approximately");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let in_collection = |index: &Self| index.name.clone().map(|name| (name, format!("{:?}", index.collection)));
        repeat_conflicts(all, in_collection, |(name, _)| {
            format!("another index of the same collection is named {name}")
        })
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for Index {
    const TYPE: &'static str = "AWS::OpenSearchServerless::Index";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "IndexName"),
        Property::plain("collection", "CollectionEndpoint"),
        Property::map("vectors", "Mappings/Properties", VECTOR, Entries::With("Type", "knn_vector")),
        Property::map("fields", "Mappings/Properties", FIELD, Entries::Without("Type", "knn_vector")),
        Property::flag("approximate", "Settings/Index/Knn"),
        Property::plain("ef_search", "Settings/Index/KnnAlgoParamEfSearch").write_only(),
        Property::plain("refresh_interval", "Settings/Index/RefreshInterval").write_only(),
        Property::map("analyzers", "Settings/Analysis/Analyzer", ANALYZER, Entries::All),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("name", "IndexName"), ("uuid", "Uuid")];
    // "You can't change the mapping of an existing field", and `index.knn` is static (OpenSearch documentation).
    const ALSO_FIXED: &'static [&'static str] = fields!(Index: vectors, approximate);
    const DATA: Option<&'static str> = Some("documents");

    fn placed(inputs: &Index<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        let identifier = format!("{name}|{}", inputs.collection.as_str());
        let properties = Map::from_iter([("IndexName".to_owned(), json!(name))]);
        Placed { has_own_name: inputs.name.is_none(), ..Placed::at(identifier, properties) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::opensearchserverless::{FieldKind, VectorMethod, VectorSpace};

    #[test]
    fn invalid_indexes_are_refused() {
        let index = || Index::of_vectors("https://a.eu-west-1.aoss.amazonaws.com", "embedding", 1024);
        let vectors = |name: &str, field| Index { vectors: BTreeMap::from([(name.to_owned(), field)]), ..index() };
        let method = |method| VectorField { method: Some(method), ..VectorField::new(2) };
        let text = || Field::new(FieldKind::Text);
        let analyzers = BTreeMap::from([("a b".to_owned(), Analyzer::default())]);
        let spaces = VectorField {
            space: Some(VectorSpace::Euclidean),
            ..method(VectorMethod { space: Some(VectorSpace::Cosine), ..VectorMethod::hnsw() })
        };
        let cases = [
            ("name", Index { name: Some("_docs".into()), ..index() }),
            ("name", Index { name: Some("Docs".into()), ..index() }),
            ("vectors", vectors("a b", VectorField::new(2))),
            ("vectors", vectors("v", VectorField::new(0))),
            ("vectors", vectors("v", VectorField::new(16_001))),
            ("vectors", vectors("v", method(VectorMethod { m: Some(1), ..VectorMethod::hnsw() }))),
            ("vectors", vectors("v", method(VectorMethod { ef_construction: Some(0), ..VectorMethod::hnsw() }))),
            ("vectors", vectors("v", spaces)),
            ("fields", index().with("embedding", text())),
            ("fields", index().with("", text())),
            ("analyzers", Index { analyzers, ..index() }),
            ("approximate", Index { vectors: BTreeMap::new(), ..index() }),
            ("ef_search", Index { ef_search: Some(0), ..index() }),
            ("ef_search", Index { ef_search: Some(9), approximate: false, ..index() }),
        ];
        for (field, index) in cases {
            let mut problems = Problems::new();
            index.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
