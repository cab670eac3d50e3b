//! Bounds of a capacity.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least and the greatest number of instances of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `min` and `max`")]
pub struct Bounds {
    /// The least number.
    pub min: u32,
    /// The greatest number.
    pub max: u32,
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}–{}", self.min, self.max)
    }
}

/// The bounds of endpoints, by the name of the component that declares them.
pub type Capacity = BTreeMap<String, Bounds>;
