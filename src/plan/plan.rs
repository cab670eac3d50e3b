//! The plan: immutable data, hashed, bound to what it was made from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::plan::{Change, Target};
use crate::resource::{Address, Scope};

/// The format of a plan in a file and in `--json`.
pub const FORMAT: u32 = 1;

/// What to do to bring a stack to a target. `apply` does this and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
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
    /// A hash of what was observed in AWS.
    pub observation: String,
    /// The operations, each after all that it depends on; an operation's `id` is its index here.
    pub operations: Vec<Operation>,
    /// What stays although the target would have it gone, and why.
    pub kept: Vec<Kept>,
    /// How many resources need no operation.
    pub unchanged: usize,
    /// Changes of the record only: dependencies, protection and declaration of resources that need no operation.
    pub records: Vec<Record>,
    /// The stack's outputs, with references in them.
    pub outputs: Vec<(String, Value)>,
    /// SHA-256 of all of the above, in hexadecimal.
    pub hash: String,
}

/// Sorts of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// It does not exist and shall.
    Create,
    /// It is changed in place.
    Update,
    /// A new generation is created in place of an old one; a delete operation takes the old one away.
    Replace,
    /// It is deleted.
    Delete,
    /// It is recorded but does not exist: the record goes.
    Forget,
}

impl std::fmt::Display for OperationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Forget => "forget",
        })
    }
}

/// One operation on one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The index in [`Plan::operations`].
    pub id: usize,
    /// The resource.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// What is done.
    pub operation: OperationKind,
    /// The generation that is created, changed or deleted.
    pub generation: u32,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// The fields that differ.
    pub changes: Vec<Change>,
    /// The operations that must be done before, by id.
    pub depends_on: Vec<usize>,
    /// The inputs to bring about, with references in them (create, update, replace).
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub inputs: Value,
    /// The direct dependencies to record (create, update, replace).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<Address>,
    /// Whether the resource is protected from deletion from now on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// A deletion that a resume will undo: the record stays, asleep.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sleep: bool,
    /// A deletion that is one half of a replacement, or clears away an old generation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// A deletion that may delete data too, since it was named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_data: bool,
}

/// A resource that stays although the target would have it gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The resource.
    pub address: Address,
    /// Why it stays, and how it could be made to go.
    pub reason: String,
}

/// A change of the record of a resource that needs no operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The resource.
    pub address: Address,
    /// Its direct dependencies.
    pub depends_on: BTreeSet<Address>,
    /// Whether it is protected from deletion.
    pub protect: bool,
    /// What is declared, with references in it, if that is not as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
}

/// How many resources a plan creates, updates, …; a replacement counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Created.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Dropped from the record.
    #[serde(default)]
    pub forget: usize,
    /// Left as they are.
    pub unchanged: usize,
}

impl Summary {
    /// Counts one more operation.
    pub fn count(&mut self, operation: &Operation) {
        match operation.operation {
            OperationKind::Create => self.create += 1,
            OperationKind::Update => self.update += 1,
            OperationKind::Replace => self.replace += 1,
            OperationKind::Delete if operation.superseded => {}
            OperationKind::Delete => self.delete += 1,
            OperationKind::Forget => self.forget += 1,
        }
    }
}

impl Plan {
    /// The hash that the content of this plan has.
    pub fn content_hash(&self) -> String {
        let unhashed = Self { hash: String::new(), ..self.clone() };
        hash_of(&unhashed)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Counts the operations.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { unchanged: self.unchanged, ..Summary::default() };
        self.operations.iter().for_each(|operation| summary.count(operation));
        summary
    }
}

/// SHA-256 of a value's JSON, in hexadecimal. Objects are written with sorted keys, so equal values hash alike.
pub fn hash_of(value: &impl Serialize) -> String {
    struct Hasher(Sha256);
    impl std::io::Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    // Writing into a hash cannot fail, and what is hashed here serializes: it is read back from the same types.
    let written = serde_json::to_writer(&mut hasher, value);
    debug_assert!(written.is_ok());
    hasher.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
