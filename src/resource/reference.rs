//! The reference to an output of another resource.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Address;

/// A reference to one output of a resource, as it appears in declared inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The resource.
    #[serde(rename = "$ref")]
    pub address: Address,
    /// The name of its output.
    pub output: String,
}

impl Reference {
    /// Returns the reference that a JSON value is, if it is one: an object with exactly `$ref` and `output`.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let fields = value.as_object().filter(|fields| fields.len() == 2)?;
        let address = fields.get("$ref")?.as_str()?.parse().ok()?;
        Some(Self { address, output: fields.get("output")?.as_str()?.to_owned() })
    }
}
