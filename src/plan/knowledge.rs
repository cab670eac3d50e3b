//! What the planner must know of kinds; tests plan with kinds of their own.

use serde_json::{Map, Value};

use crate::resource::{Kind, Persistence, Replacement, kind};
use crate::stack::Identity;

/// The properties of a kind that planning depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// Whether it holds data.
    pub persistence: Persistence,
    /// The top-level fields that cannot be changed in place.
    pub replace_on: &'static [&'static str],
    /// The order of a replacement.
    pub replacement: Replacement,
    /// The field with a name that two cannot share.
    pub exact_name: Option<&'static str>,
}

/// Knowledge of kinds.
pub trait Knowledge {
    /// The properties of a kind, or `None` if there is no such kind.
    fn traits(&self, kind: &str) -> Option<Traits>;

    /// Outputs that are certain before the resource exists.
    fn predict(&self, identity: &Identity, inputs: &Value) -> Map<String, Value>;
}

/// The kinds of this crate.
#[derive(Clone, Copy, Debug)]
pub struct AllKinds;

impl Knowledge for AllKinds {
    fn traits(&self, name: &str) -> Option<Traits> {
        kind(name).map(|kind: &dyn Kind| Traits {
            persistence: kind.persistence(),
            replace_on: kind.replace_on(),
            replacement: kind.replacement(),
            exact_name: kind.exact_name(),
        })
    }

    fn predict(&self, identity: &Identity, inputs: &Value) -> Map<String, Value> {
        kind(identity.address.kind()).and_then(|kind| kind.predict(identity, inputs).ok()).unwrap_or_default()
    }
}
