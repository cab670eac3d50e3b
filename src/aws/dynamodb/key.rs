//! Keys of tables and of their indexes.

use serde::{Deserialize, Serialize};

use crate::resource::cloud_control::Property;

/// An attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: AttributeType,
}

/// The type of an attribute of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Bytes.
    Binary,
}

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// The attribute.
    pub attribute: String,
    /// Its role.
    pub role: KeyRole,
}

/// The role of a part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// It says in which partition an item is.
    Hash,
    /// It orders the items of a partition.
    Range,
}

impl KeyPart {
    /// Creates the part that says in which partition an item is.
    pub fn hash(attribute: impl Into<String>) -> Self {
        Self { attribute: attribute.into(), role: KeyRole::Hash }
    }

    /// Creates the part that orders the items of a partition.
    pub fn range(attribute: impl Into<String>) -> Self {
        Self { attribute: attribute.into(), role: KeyRole::Range }
    }
}

/// A global secondary index. AWS makes or deletes one of them in an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The name.
    pub name: String,
    /// The key.
    pub key: Vec<KeyPart>,
    /// The attributes that it has.
    #[serde(default)]
    pub projection: Projection,
}

/// The attributes of items that an index has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    /// All.
    #[default]
    All,
    /// Those of the keys.
    KeysOnly,
}

/// Returns the reason why AWS would refuse a key.
pub(super) fn key_problem(key: &[KeyPart], attributes: &[Attribute]) -> Option<String> {
    let roles: Vec<_> = key.iter().map(|part| part.role).collect();
    if ![&[KeyRole::Hash][..], &[KeyRole::Hash, KeyRole::Range]].contains(&roles.as_slice()) {
        return Some("has one part with the role `hash`, and after it at most one with the role `range`".to_owned());
    }
    let missing = key.iter().find(|part| !attributes.iter().any(|attribute| attribute.name == part.attribute));
    missing.map(|part| format!("has `{}`, which is not among the attributes", part.attribute))
}

pub(super) const ATTRIBUTE: &[Property] = &[
    Property::plain("name", "AttributeName"),
    Property::words("kind", "AttributeType", &[("text", "S"), ("number", "N"), ("binary", "B")]),
];

pub(super) const KEY_PART: &[Property] = &[
    Property::plain("attribute", "AttributeName"),
    Property::words("role", "KeyType", &[("hash", "HASH"), ("range", "RANGE")]),
];

pub(super) const INDEX: &[Property] = &[
    Property::plain("name", "IndexName"),
    Property::list("key", "KeySchema", KEY_PART).ordered(),
    Property::words("projection", "Projection/ProjectionType", &[("all", "ALL"), ("keys_only", "KEYS_ONLY")]),
];
