//! Facts of types: the parts of the schemas in AWS's registry that decide how a resource is found, changed and checked.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line for each type. `tests/cloud_control/facts.rs` writes the file from the schemas in `cloud/`.
const FILE: &str = include_str!("types.jsonl");

/// The facts of a type. Paths are written `Parent/Child`, with `*` for each element of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The name of the type, `AWS::SQS::Queue`.
    pub type_name: String,
    /// The properties of the identifier, in its order.
    pub identifier: Vec<String>,
    /// The properties that are set at creation alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub create_only: Vec<String>,
    /// The properties some changes of which need another resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditionally_create_only: Vec<String>,
    /// The properties that AWS assigns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_only: Vec<String>,
    /// The properties that AWS never shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_only: Vec<String>,
    /// The properties that a creation needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// The property with the tags, if the type has tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// Whether an update can change the tags.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tags_change: bool,
    /// The operations that there are: `create`, `read`, `update`, `delete`, `list`.
    pub handlers: Vec<String>,
    /// The actions of IAM that each operation needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, Vec<String>>,
    /// The properties without which no list is made, such as those of the parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_needs: Vec<String>,
    /// The schema of each property.
    pub properties: BTreeMap<String, Value>,
    /// The schemas that others refer to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub definitions: BTreeMap<String, Value>,
}

fn is_false(value: &bool) -> bool {
    !value
}

static TYPES: LazyLock<BTreeMap<String, Facts>> = LazyLock::new(|| {
    // A test reads every line, so none is left out here.
    let facts = FILE.lines().filter_map(|line| serde_json::from_str::<Facts>(line).ok());
    facts.map(|facts| (facts.type_name.clone(), facts)).collect()
});

/// Returns the facts of a type; `None` for one whose facts are not here.
pub fn facts(type_name: &str) -> Option<&'static Facts> {
    TYPES.get(type_name)
}

/// Write-only properties that AWS keeps if a patch leaves them out, each with its type. A patch with `Code` deploys it once more, and one
/// without it keeps it (go-to-k/cdkd, on a real account, 2026-07-14).
const KEPT: [(&str, &str); 1] = [("AWS::Lambda::Function", "Code")];

/// Returns whether AWS keeps a write-only property of a type if a patch leaves it out.
pub fn keeps(type_name: &str, property: &str) -> bool {
    KEPT.contains(&(type_name, property))
}

/// Returns the facts of all types that have facts here, by name.
pub fn types() -> impl Iterator<Item = &'static Facts> {
    TYPES.values()
}

impl Facts {
    /// Returns a schema, or the one that it refers to.
    pub fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/definitions/"));
        name.and_then(|name| self.definitions.get(name)).unwrap_or(schema)
    }

    /// Returns whether a list of properties has this one: by its whole path, or with everything inside of it.
    pub fn is_among(list: &[String], path: &str) -> bool {
        list.iter().any(|listed| path == listed || path.strip_prefix(listed).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Returns whether the tags are a map, and not a list of `Key` and `Value`.
    pub fn tags_are_a_map(&self) -> bool {
        let schema = self.tags.as_ref().and_then(|tags| self.properties.get(tags));
        schema.is_some_and(|schema| self.followed(schema)["type"] == "object")
    }
}
