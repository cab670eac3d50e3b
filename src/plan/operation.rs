//! Operations: one change of one resource.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Change, Reason};
use crate::resource::{Address, first_version, is_first_version};

/// One operation on one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The index in the plan's operations.
    pub id: usize,
    /// The resource.
    pub address: Address,
    /// The generation that is created, changed or deleted.
    pub generation: u32,
    /// Why it is planned.
    pub reason: Reason,
    /// The operations that must be done before, by id.
    pub depends_on: Vec<usize>,
    /// The effect on the resource.
    pub effect: Effect,
}

/// The effect of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The resource is created.
    Create(Upsert),
    /// The resource is changed in place.
    Update(Upsert),
    /// A new generation is created in place of an old one, which a deletion takes away.
    Replace(Upsert),
    /// The resource is deleted.
    Delete(Deletion),
    /// The record is dropped: it is recorded and does not exist.
    Forget,
}

/// The desired state of a resource that is created, changed or replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upsert {
    /// The fields that differ.
    pub changes: Vec<Change>,
    /// The version of the kind whose form the inputs have.
    #[serde(default = "first_version", skip_serializing_if = "is_first_version")]
    pub version: u32,
    /// The desired inputs, with references in them.
    pub inputs: Value,
    /// The declaration to record, with references in it, where the desired inputs have other bounds of capacity for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
    /// The direct dependencies to record.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<Address>,
    /// Whether the resource is protected from deletion from now on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

/// The deletion of one generation of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Why the resource goes, which decides what happens to its record.
    pub purpose: Purpose,
    /// Whether data may be deleted with it, because it was named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_data: bool,
}

/// The purpose of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The resource is no longer wanted; its record goes with it.
    Remove,
    /// A resume brings the resource back; its record stays, asleep.
    Sleep,
    /// A newer generation has taken over, or will.
    Supersede,
}

/// The sorts of operation, as events and `--json` name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// [`Effect::Create`].
    Create,
    /// [`Effect::Update`].
    Update,
    /// [`Effect::Replace`].
    Replace,
    /// [`Effect::Delete`], unless the purpose is [`Purpose::Sleep`].
    Delete,
    /// [`Effect::Delete`] with [`Purpose::Sleep`]: the resource is put to sleep.
    Sleep,
    /// [`Effect::Forget`].
    Forget,
    /// The creation of a job: it is run.
    Run,
    /// The wait for the end of a job that is running already.
    Watch,
}

impl Upsert {
    /// Returns the declaration to record, with references in it.
    pub fn declaration(&self) -> &Value {
        self.declared.as_ref().unwrap_or(&self.inputs)
    }
}

impl Operation {
    /// Returns the kind of the resource.
    pub fn resource_kind(&self) -> &str {
        self.address.kind()
    }

    /// Returns the sort of operation.
    pub fn kind(&self) -> OperationKind {
        match (&self.reason, &self.effect) {
            (Reason::FirstRun | Reason::RunAgain, Effect::Create(_) | Effect::Replace(_)) => return OperationKind::Run,
            (Reason::Running(_) | Reason::Ended, Effect::Update(_)) => return OperationKind::Watch,
            _ => {}
        }
        match self.effect {
            Effect::Create(_) => OperationKind::Create,
            Effect::Update(_) => OperationKind::Update,
            Effect::Replace(_) => OperationKind::Replace,
            Effect::Delete(Deletion { purpose: Purpose::Sleep, .. }) => OperationKind::Sleep,
            Effect::Delete(_) => OperationKind::Delete,
            Effect::Forget => OperationKind::Forget,
        }
    }

    /// Returns the key under which a record keeps the duration of such an operation: `KIND operation`. AWS takes as long to
    /// delete what sleeps as to delete anything else.
    pub fn duration_key(&self) -> String {
        let kind = if self.puts_to_sleep() { OperationKind::Delete } else { self.kind() };
        format!("{} {kind}", self.resource_kind())
    }

    /// Returns the desired state, unless the resource goes.
    pub fn upsert(&self) -> Option<&Upsert> {
        match &self.effect {
            Effect::Create(upsert) | Effect::Update(upsert) | Effect::Replace(upsert) => Some(upsert),
            Effect::Delete(_) | Effect::Forget => None,
        }
    }

    /// Returns the deletion, if it is one.
    pub fn deletion(&self) -> Option<Deletion> {
        match self.effect {
            Effect::Delete(deletion) => Some(deletion),
            Effect::Create(_) | Effect::Update(_) | Effect::Replace(_) | Effect::Forget => None,
        }
    }

    /// Returns whether the operation creates a generation.
    pub fn creates(&self) -> bool {
        matches!(self.effect, Effect::Create(_) | Effect::Replace(_))
    }

    /// Returns whether the operation puts the resource to sleep.
    pub fn puts_to_sleep(&self) -> bool {
        self.deletion().is_some_and(|deletion| deletion.purpose == Purpose::Sleep)
    }

    /// Returns whether the operation deletes a generation that a newer one supersedes.
    pub fn is_superseded(&self) -> bool {
        self.deletion().is_some_and(|deletion| deletion.purpose == Purpose::Supersede)
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Sleep => "sleep",
            Self::Forget => "forget",
            Self::Run => "run",
            Self::Watch => "watch",
        })
    }
}
