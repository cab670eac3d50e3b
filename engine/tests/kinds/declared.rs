//! From a declared struct without references to its resolved twin, as the planner does it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The same inputs in the other phase.
pub fn resolved<D: Serialize, R: DeserializeOwned>(declared: &D) -> R {
    serde_json::from_value(serde_json::to_value(declared).unwrap()).unwrap()
}
