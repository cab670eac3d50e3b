//! The plan: immutable data, hashed, bound to the state and the observation it was made from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NotRun, Operation, Summary, Target, hash_of};
use crate::resource::{Address, Scope};

/// The format of a plan in a file and in an open run.
pub const PLAN_FORMAT: u32 = 2;

/// The operations that bring a stack to a target. `apply` does these and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_FORMAT`].
    pub format: u32,
    /// The version of Ebbtide that made it.
    pub version: String,
    /// Environment, stack, region, account.
    pub scope: Scope,
    /// The target it leads to.
    pub target: Target,
    /// The state document it was made from.
    pub lineage: String,
    /// The serial of that document.
    pub serial: u64,
    /// A hash of the observation of AWS.
    pub observation: String,
    /// The operations, each after all that it depends on; an operation's `id` is its index here.
    pub operations: Vec<Operation>,
    /// The resources that are retained although the target would delete them.
    pub kept: Vec<Kept>,
    /// The jobs that are not run although they are not as declared, and the resources that wait for their results.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<NotRun>,
    /// How many resources need no operation.
    pub unchanged: usize,
    /// Changes of the record only, of resources that need no operation.
    pub records: Vec<RecordUpdate>,
    /// The stack's outputs, with references in them.
    pub outputs: Vec<(String, Value)>,
    /// The components that are asleep although the stack runs, once the plan is carried out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asleep: BTreeSet<String>,
    /// The key of the hashes of secrets in the inputs, in the first plan of a stack: no document keeps it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The SHA-256 of all of the above, in hexadecimal.
    pub hash: String,
}

/// A resource that is retained although the target would delete it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The resource.
    pub address: Address,
    /// Why it is retained, and how it could be deleted.
    pub reason: String,
    /// The id in AWS, if the resource has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A change of the record of a resource that needs no operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordUpdate {
    /// The resource.
    pub address: Address,
    /// Its direct dependencies.
    pub depends_on: BTreeSet<Address>,
    /// Whether it is protected from deletion.
    pub protect: bool,
    /// The declaration, with references in it, if it is not as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
}

impl Plan {
    /// Returns the hash that the content of this plan has.
    pub fn content_hash(&self) -> String {
        let unhashed = Self { hash: String::new(), ..self.clone() };
        hash_of(&unhashed)
    }

    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Returns whether a replacement deletes the old generation before it creates the new one.
    pub fn deletes_first(&self, replacement: &Operation) -> bool {
        let before = replacement.depends_on.iter().filter_map(|id| self.operations.get(*id));
        before.into_iter().any(|other| other.is_superseded() && other.address == replacement.address)
    }

    /// Counts the operations.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { unchanged: self.unchanged, ..Summary::default() };
        self.operations.iter().for_each(|operation| summary.count(operation));
        summary
    }
}
