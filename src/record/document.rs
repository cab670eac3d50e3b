//! The state document.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Target;
use crate::record::{DeclaredDelta, Run, RunRecord};
use crate::resource::{Address, Scope};

/// The format of the state document that this version writes.
pub const STATE_FORMAT: u32 = 3;

/// All that is recorded of one stack in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateDocument {
    /// [`STATE_FORMAT`].
    pub format: u32,
    /// A random name given once; another lineage is another stack's history.
    pub lineage: String,
    /// Counts the commits.
    pub serial: u64,
    /// Environment, stack, region, account.
    pub scope: Scope,
    /// The target that the last run led to, or was meant to.
    pub target: Target,
    /// Since when that is the target.
    pub since: Timestamp,
    /// Who set it: `user@host`.
    pub by: String,
    /// Why: the command.
    pub why: String,
    /// Private to this document: keys the hashes of secrets.
    pub key: String,
    /// The resources.
    pub resources: BTreeMap<Address, ResourceRecord>,
    /// The highest generation of addresses that are no longer recorded, so that no generation is used twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired: BTreeMap<Address, u32>,
    /// The stack's outputs, with references in them.
    #[serde(default)]
    pub outputs: Vec<(String, Value)>,
    /// How long operations took last time, in milliseconds, by `KIND operation`.
    #[serde(default)]
    pub durations: BTreeMap<String, u64>,
    /// The run that was begun and not finished. While it is there, what it may have done is looked up first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// How the last run ended; `None` if there was none, or only one of a format that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<RunRecord>,
}

/// What is recorded of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceRecord {
    /// The id in AWS; `None` while the resource is asleep.
    pub id: Option<String>,
    /// Counts the times that this address was created.
    pub generation: u32,
    /// The inputs as last applied, without references.
    pub inputs: Value,
    /// In what the declaration says something else than `inputs`: references, and what a pause reduced. A rollback leads
    /// there.
    #[serde(default, skip_serializing_if = "DeclaredDelta::is_empty")]
    pub declared: DeclaredDelta,
    /// The outputs as last read; while asleep, those of the last life.
    pub outputs: Value,
    /// Direct dependencies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether it may never be deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Accepted by AWS, but not seen ready yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// What a pause remembered, to be restored on resume.
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
    /// Its generation.
    pub generation: u32,
    /// Its inputs.
    pub inputs: Value,
    /// Its outputs as last read.
    #[serde(default)]
    pub outputs: Value,
    /// Its direct dependencies.
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
            run: None,
            ended: None,
        }
    }

    /// The generation that a creation of this address gets next.
    pub fn next_generation(&self, address: &Address) -> u32 {
        let recorded = self.resources.get(address);
        let current = recorded.map_or(0, |entry| entry.generation);
        let deposed = recorded.and_then(|entry| entry.deposed.iter().map(|deposed| deposed.generation).max());
        current.max(deposed.unwrap_or(0)).max(self.retired.get(address).copied().unwrap_or(0)) + 1
    }

    /// The value of an output of a recorded resource, awake or asleep.
    pub fn output(&self, reference: &crate::resource::Reference) -> Option<Value> {
        self.resources.get(&reference.address)?.outputs.get(&reference.output).cloned()
    }
}

impl ResourceRecord {
    /// Creates the record of a generation of which nothing is known yet.
    pub fn blank(generation: u32) -> Self {
        Self {
            id: None,
            generation,
            inputs: Value::Null,
            declared: DeclaredDelta::default(),
            outputs: Value::Null,
            depends_on: BTreeSet::new(),
            protect: false,
            pending: false,
            remembered: None,
            deposed: Vec::new(),
        }
    }

    /// The inputs as they were declared, with references in them.
    pub fn declaration(&self) -> Value {
        self.declared.applied_to(&self.inputs)
    }

    /// Records what is declared, beside the inputs as they are.
    pub fn declare(&mut self, declaration: &Value) {
        self.declared = DeclaredDelta::between(&self.inputs, declaration);
    }

    /// Whether this is what is recorded as declared.
    pub fn declares(&self, declaration: &Value) -> bool {
        self.declared.is_between(&self.inputs, declaration)
    }

    /// Whether a pause took it away and a resume will bring it back.
    pub fn is_asleep(&self) -> bool {
        self.id.is_none()
    }
}
