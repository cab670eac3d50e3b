//! The state document.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bill::Bill;
use super::declared_delta::DeclaredDelta;
use super::run::{Run, RunRecord};
use crate::plan::Target;
use crate::resource::{Address, Reference, Scope, first_version, is_first_version};
use crate::rollout::Rollout;
use crate::schedule::{Hold, Latch};

/// The format of the state document that this version writes.
pub const STATE_FORMAT: u32 = 4;

/// Everything that is recorded of one stack in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateDocument {
    /// [`STATE_FORMAT`].
    pub format: u32,
    /// A random name that is given once. A document of another lineage has another history, and other resources: the
    /// lineage is part of their identity.
    pub lineage: String,
    /// The number of commits.
    pub serial: u64,
    /// Environment, stack, region, account.
    pub scope: Scope,
    /// The target of the last run.
    pub target: Target,
    /// The time since which that is the target.
    pub since: Timestamp,
    /// The person or machine that set the target: `user@host`.
    pub by: String,
    /// The reason: the command, or the reason that was given.
    pub why: String,
    /// The key of the hashes of secrets, private to this document.
    pub key: String,
    /// The resources.
    pub resources: BTreeMap<Address, ResourceRecord>,
    /// The highest generations of addresses that are no longer recorded, so that no generation is used twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired: BTreeMap<Address, u32>,
    /// The stack's outputs, with references in them.
    #[serde(default)]
    pub outputs: Vec<(String, Value)>,
    /// The last duration of operations in milliseconds, by `KIND operation`.
    #[serde(default)]
    pub durations: BTreeMap<String, u64>,
    /// Whether an earlier format left out of some resource how it was declared: such a record cannot be resumed or rolled back
    /// to. An apply completes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// The run that was started and not finished. The next command looks up its results first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The hold: a target that a person set until an instant, over or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// The components that a person put to sleep by name. They stay asleep while the stack runs, until a resume.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asleep: BTreeSet<String>,
    /// The instant since which nothing called the stack, while a pause for idleness is in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Timestamp>,
    /// The rules of budgets that were reached this month. Each is said once, and acts for the rest of the month.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latches: Vec<Latch>,
    /// AWS's bill, if a budget is reconciled with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// The roll-out, under way or over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// The last notification of each topic, so that each is sent once, whichever process sends it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub said: BTreeMap<String, String>,
    /// The edit of the record by hand that made this serial, such as `ebb state rename a b`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
    /// The last run that is over; `None` if there was none, or if its format did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<RunRecord>,
}

/// The record of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceRecord {
    /// The id in AWS; `None` while the resource is asleep.
    pub id: Option<String>,
    /// The number of times that this address was created.
    pub generation: u32,
    /// The version of the kind whose form the inputs and the declaration have.
    #[serde(default = "first_version", skip_serializing_if = "is_first_version")]
    pub version: u32,
    /// The inputs that were applied last, with references resolved.
    pub inputs: Value,
    /// The difference between the declaration and `inputs`: references, and fields that a pause reduced. A rollback restores
    /// the declaration.
    #[serde(default, skip_serializing_if = "DeclaredDelta::is_empty")]
    pub declared: DeclaredDelta,
    /// The outputs that were read last. A resource that is asleep keeps those from before its pause.
    pub outputs: Value,
    /// The direct dependencies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether the resource is protected from deletion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Whether the ownership tags in AWS may not be those of this lineage, address and generation: the next run of the stack
    /// writes them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retag: bool,
    /// Whether AWS has accepted the resource, and it was not seen ready yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The inputs of updates that were begun and not finished. AWS may have them in place of `inputs`, where a read does not
    /// tell, as with the value of a secret. An update that is finished ends them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempted: Vec<Value>,
    /// The pause snapshot: the values that a resume restores, or the creation after a deletion that came first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Value>,
    /// Earlier generations that still exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposed: Vec<Deposed>,
}

/// An earlier generation of a resource that still exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deposed {
    /// The id in AWS.
    pub id: String,
    /// The generation.
    pub generation: u32,
    /// Whether the ownership tags in AWS may be others, as of [`ResourceRecord::retag`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retag: bool,
    /// The version of the kind whose form the inputs have.
    #[serde(default = "first_version", skip_serializing_if = "is_first_version")]
    pub version: u32,
    /// The inputs.
    pub inputs: Value,
    /// The outputs that were read last.
    #[serde(default)]
    pub outputs: Value,
    /// The direct dependencies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
}

impl StateDocument {
    /// Creates an empty document of serial 0, which is no commit yet. `lineage` and `key` are random and new.
    pub fn empty(scope: Scope, now: Timestamp, lineage: String, key: String) -> Self {
        Self {
            format: STATE_FORMAT,
            lineage,
            serial: 0,
            scope,
            target: Target::Destroyed,
            since: now,
            by: String::new(),
            why: String::new(),
            key,
            resources: BTreeMap::new(),
            retired: BTreeMap::new(),
            outputs: Vec::new(),
            durations: BTreeMap::new(),
            incomplete: false,
            run: None,
            hold: None,
            asleep: BTreeSet::new(),
            idle: None,
            latches: Vec::new(),
            bill: None,
            rollout: None,
            said: BTreeMap::new(),
            edit: None,
            ended: None,
        }
    }

    /// Notes the command that edited the record, for the history.
    pub fn note_edit(&mut self, by: &str, command: &str) {
        by.clone_into(&mut self.by);
        self.edit = Some(command.to_owned());
    }

    /// Returns the generation that the next creation of an address gets.
    pub fn next_generation(&self, address: &Address) -> u32 {
        let recorded = self.resources.get(address);
        let current = recorded.map_or(0, |record| record.generation);
        let deposed = recorded.and_then(|record| record.deposed.iter().map(|deposed| deposed.generation).max());
        current.max(deposed.unwrap_or(0)).max(self.retired.get(address).copied().unwrap_or(0)) + 1
    }

    /// Notes that a generation of an address was used.
    pub(super) fn retire(&mut self, address: &Address, generation: u32) {
        let highest = self.retired.entry(address.clone()).or_insert(0);
        *highest = (*highest).max(generation);
    }

    /// Returns the value of an output of a recorded resource, awake or asleep.
    pub fn output(&self, reference: &Reference) -> Option<Value> {
        self.resources.get(&reference.address)?.outputs.get(&reference.output).cloned()
    }
}

impl ResourceRecord {
    /// Creates the empty record of a generation.
    pub fn blank(generation: u32) -> Self {
        Self {
            id: None,
            generation,
            version: first_version(),
            inputs: Value::Null,
            declared: DeclaredDelta::default(),
            outputs: Value::Null,
            depends_on: BTreeSet::new(),
            protect: false,
            retag: false,
            pending: false,
            attempted: Vec::new(),
            remembered: None,
            deposed: Vec::new(),
        }
    }

    /// Returns the inputs as they were declared, with references in them.
    pub fn declaration(&self) -> Value {
        self.declared.applied_to(&self.inputs)
    }

    /// Records a declaration beside the applied inputs.
    pub fn declare(&mut self, declaration: &Value) {
        self.declared = DeclaredDelta::between(&self.inputs, declaration);
    }

    /// Returns whether this is the recorded declaration.
    pub fn declares(&self, declaration: &Value) -> bool {
        self.declared.is_between(&self.inputs, declaration)
    }

    /// Returns whether a pause deleted the resource, to be created again by a resume.
    pub fn is_asleep(&self) -> bool {
        self.id.is_none()
    }
}
