//! What a stack comes to: its resources as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resource::{Address, Scope};

/// A declared resource, erased to data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Declaration {
    /// The inputs, with references in them.
    pub inputs: Value,
    /// Direct dependencies: what its inputs refer to, and what was named besides.
    pub depends_on: BTreeSet<Address>,
    /// Whether it may never be deleted.
    #[serde(default)]
    pub protect: bool,
}

/// A whole declared stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Declarations {
    /// What it was declared for.
    pub scope: Scope,
    /// The resources by address.
    pub resources: BTreeMap<Address, Declaration>,
    /// The stack's own outputs: values with references in them, in the order of declaration.
    pub outputs: Vec<(String, Value)>,
}

/// Something wrong with a declaration, found before AWS is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: an address, or the stack's name.
    pub at: String,
    /// The field, if one is to blame.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{}: {field}: {}", self.at, self.message),
            None => write!(f, "{}: {}", self.at, self.message),
        }
    }
}
