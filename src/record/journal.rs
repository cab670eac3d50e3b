//! The journal: what an open run has completed, appended in groups. Losing its end costs a look-up, not a resource.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::{Operation, OperationKind, Plan, Target};
use crate::record::{Deposed, Entry, Snapshot};
use crate::resource::Address;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The run.
    pub run: String,
    /// The operation's id in the run's plan.
    pub operation: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds, if it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
}

/// What came of an operation so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A creation is begun: from here on there may be something to look for, though the journal tells no more.
    Begun,
    /// AWS has accepted the creation; it is not ready yet.
    Accepted {
        /// The id in AWS.
        id: String,
        /// The inputs, resolved.
        inputs: Value,
    },
    /// The resource is there as planned, and ready.
    Ready {
        /// The id in AWS.
        id: String,
        /// The inputs as AWS has them, resolved.
        inputs: Value,
        /// The outputs.
        outputs: Value,
    },
    /// Before it is deleted for a pause: what must be remembered.
    Remembered {
        /// What the kind wants to remember.
        remembered: Option<Value>,
    },
    /// The resource is gone, or its record is dropped.
    Gone,
}

/// Applies the progress of a run to the document it was begun on. Applying the same line twice changes nothing more.
pub fn replay(snapshot: &mut Snapshot, plan: &Plan, progress: &Progress) {
    let Some(operation) = plan.operations.get(progress.operation) else { return };
    if let (Some(took), Outcome::Ready { .. } | Outcome::Gone) = (progress.took, &progress.outcome) {
        snapshot.durations.insert(format!("{} {}", operation.kind, operation.operation), took);
    }
    let address = &operation.address;
    match &progress.outcome {
        Outcome::Begun => {}
        Outcome::Accepted { id, inputs } => {
            take_over(snapshot, operation);
            let entry = entry(snapshot, operation);
            entry.id = Some(id.clone());
            entry.inputs = inputs.clone();
            declare(entry, plan, operation);
            entry.generation = operation.generation;
            entry.pending = true;
        }
        Outcome::Ready { id, inputs, outputs } => {
            take_over(snapshot, operation);
            let entry = entry(snapshot, operation);
            entry.id = Some(id.clone());
            entry.inputs = inputs.clone();
            declare(entry, plan, operation);
            entry.outputs = outputs.clone();
            entry.generation = operation.generation;
            entry.pending = false;
            entry.remembered = None;
        }
        Outcome::Remembered { remembered } => {
            if let Some(entry) = snapshot.resources.get_mut(address).filter(|_| remembered.is_some()) {
                entry.remembered.clone_from(remembered);
            }
        }
        Outcome::Gone => gone(snapshot, operation),
    }
}

/// The entry of an operation's resource, made if there is none, with what the plan says of its record.
fn entry<'a>(snapshot: &'a mut Snapshot, operation: &Operation) -> &'a mut Entry {
    let entry = snapshot.resources.entry(operation.address.clone()).or_insert_with(|| blank(operation.generation));
    entry.depends_on.clone_from(&operation.dependencies);
    entry.protect = operation.protect;
    entry
}

/// An entry of which nothing is known yet.
pub fn blank(generation: u32) -> Entry {
    Entry {
        id: None,
        generation,
        inputs: Value::Null,
        declared: Default::default(),
        outputs: Value::Null,
        depends_on: Default::default(),
        protect: false,
        pending: false,
        remembered: None,
        deposed: Vec::new(),
    }
}

/// Records what was declared. A pause declares nothing: what it reduces shall be as it was declared before.
fn declare(entry: &mut Entry, plan: &Plan, operation: &Operation) {
    if plan.target == Target::Running {
        entry.declare(&operation.inputs);
    }
}

/// Makes room for the generation that an operation brings: the one before it is an old one from now on, and an old one
/// that is taken up again is none any more. What was created anew since it was gone leaves nothing behind: its id may be
/// a name that the new one has as well.
fn take_over(snapshot: &mut Snapshot, operation: &Operation) {
    let generation = operation.generation;
    let entry = snapshot.resources.get_mut(&operation.address).filter(|entry| entry.generation != generation);
    let Some(entry) = entry else { return };
    let before = entry.id.take().filter(|_| operation.operation == OperationKind::Replace).map(|id| Deposed {
        id,
        generation: entry.generation,
        inputs: entry.inputs.clone(),
        outputs: entry.outputs.clone(),
        depends_on: entry.depends_on.clone(),
    });
    if before.is_none() && entry.generation > generation {
        // An address counts on from its highest generation, also where an older one is taken up again.
        retire(&mut snapshot.retired, &operation.address, entry.generation);
    }
    entry.deposed.retain(|deposed| deposed.generation != generation);
    entry.deposed.extend(before);
}

/// Notes that a generation was used.
fn retire(retired: &mut BTreeMap<Address, u32>, address: &Address, generation: u32) {
    let highest = retired.entry(address.clone()).or_insert(0);
    *highest = (*highest).max(generation);
}

fn gone(snapshot: &mut Snapshot, operation: &Operation) {
    let Some(entry) = snapshot.resources.get_mut(&operation.address) else { return };
    if entry.generation != operation.generation {
        entry.deposed.retain(|deposed| deposed.generation != operation.generation);
        if operation.generation > entry.generation {
            retire(&mut snapshot.retired, &operation.address, operation.generation);
        }
        return;
    }
    entry.id = None;
    entry.pending = false;
    // The old half of a replacement that deletes first keeps its record (asleep) until the new generation is there.
    let stays = operation.sleep || (operation.superseded && operation.operation == OperationKind::Delete);
    if !stays && entry.deposed.is_empty() {
        retire(&mut snapshot.retired, &operation.address, operation.generation);
        snapshot.resources.remove(&operation.address);
        // What stays although it used this one (a route that leads nowhere now) does not depend on it any more.
        for entry in snapshot.resources.values_mut() {
            entry.depends_on.remove(&operation.address);
            for deposed in &mut entry.deposed {
                deposed.depends_on.remove(&operation.address);
            }
        }
    }
}
