//! The journal: the progress of an open run, appended in groups. If its end is lost, the next command looks up the resources.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dependents::Dependents;
use super::document::{Deposed, ResourceRecord, StateDocument};
use crate::plan::{Effect, Operation, Plan, Purpose, Target};
use crate::resource::Address;

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The run.
    pub run: String,
    /// The operation's id in the run's plan.
    pub operation: usize,
    /// The event.
    #[serde(rename = "outcome")]
    pub event: JournalEvent,
    /// The duration of the operation in milliseconds, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    /// The time of the event; `None` in journals of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// An event of an operation. The serialized names are those of earlier formats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEvent {
    /// A creation is about to be sent: from here on there may be a resource to look for.
    #[serde(rename = "begun")]
    Started,
    /// AWS has accepted the creation; the resource is not ready yet.
    Accepted {
        /// The id in AWS.
        id: String,
        /// The inputs, resolved.
        inputs: Value,
    },
    /// The resource is as planned, and ready.
    Ready {
        /// The id in AWS.
        id: String,
        /// The inputs as AWS has them, resolved.
        inputs: Value,
        /// The outputs.
        outputs: Value,
    },
    /// The resource is about to be deleted, and comes back: with a resume, or as the next generation of a replacement.
    #[serde(rename = "remembered")]
    PauseSnapshot {
        /// The values that are restored then.
        #[serde(rename = "remembered")]
        snapshot: Option<Value>,
    },
    /// The resource is gone, or its record is dropped.
    #[serde(rename = "gone")]
    Deleted,
}

/// A journal entry that cannot follow the entries before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IllegalEntry {
    /// The plan has no such operation.
    #[error("the journal has an entry for operation {0}, which the plan of its run does not have")]
    NoSuchOperation(usize),
    /// The event does not belong to such an operation, or comes out of turn.
    #[error("the journal records the {operation} of {address} as {event}, which cannot follow {after}")]
    OutOfTurn {
        /// The kind of operation.
        operation: String,
        /// The resource.
        address: Address,
        /// The event.
        event: &'static str,
        /// The progress before.
        after: &'static str,
    },
}

/// The progress of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Planned,
    Started,
    Accepted,
    Snapshotted,
    Ready,
    Deleted,
}

impl Progress {
    fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Started => "started",
            Self::Accepted => "accepted",
            Self::Snapshotted => "snapshotted",
            Self::Ready => "ready",
            Self::Deleted => "deleted",
        }
    }

    /// Returns the progress that an event leads to.
    fn of(event: &JournalEvent) -> Self {
        match event {
            JournalEvent::Started => Self::Started,
            JournalEvent::Accepted { .. } => Self::Accepted,
            JournalEvent::Ready { .. } => Self::Ready,
            JournalEvent::PauseSnapshot { .. } => Self::Snapshotted,
            JournalEvent::Deleted => Self::Deleted,
        }
    }

    /// Returns whether an operation may go from one progress to the next. A creation that met a conflict starts again, and
    /// an event may be recorded twice.
    fn may_become(self, next: Self, operation: &Operation) -> bool {
        use Progress::{Accepted, Deleted, Planned, Ready, Snapshotted, Started};
        match operation.effect {
            Effect::Create(_) | Effect::Replace(_) => match next {
                Started | Accepted => matches!(self, Planned | Started | Accepted),
                Ready => matches!(self, Planned | Started | Accepted | Ready),
                Planned | Snapshotted | Deleted => false,
            },
            Effect::Update(_) => match next {
                Snapshotted => matches!(self, Planned | Snapshotted),
                Ready => matches!(self, Planned | Snapshotted | Ready),
                Planned | Started | Accepted | Deleted => false,
            },
            Effect::Delete(deletion) => match next {
                Snapshotted => deletion.purpose != Purpose::Remove && matches!(self, Planned | Snapshotted),
                Deleted => true,
                Planned | Started | Accepted | Ready => false,
            },
            Effect::Forget => next == Deleted,
        }
    }
}

/// Applies the journal of a run to the document that the run was started on.
#[derive(Debug)]
pub struct Replay<'a> {
    plan: &'a Plan,
    progress: Vec<Progress>,
    /// Built for the first record that is removed.
    dependents: Option<Dependents>,
}

impl<'a> Replay<'a> {
    /// Starts before the first entry.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, progress: vec![Progress::Planned; plan.operations.len()], dependents: None }
    }

    /// Applies one entry. An entry that cannot follow the ones before it changes nothing.
    pub fn apply(&mut self, document: &mut StateDocument, entry: &JournalEntry) -> Result<(), IllegalEntry> {
        let no_such = IllegalEntry::NoSuchOperation(entry.operation);
        let (Some(operation), Some(progress)) =
            (self.plan.operations.get(entry.operation), self.progress.get_mut(entry.operation))
        else {
            return Err(no_such);
        };
        let next = Progress::of(&entry.event);
        if !progress.may_become(next, operation) {
            return Err(IllegalEntry::OutOfTurn {
                operation: operation.kind().to_string(),
                address: operation.address.clone(),
                event: next.name(),
                after: progress.name(),
            });
        }
        *progress = next;
        record_event(document, self.plan, operation, entry);
        self.note_dependencies(document, operation, &entry.event);
        Ok(())
    }

    /// Keeps the index of dependents, and removes a record that is gone from the records that depend on it. A walk over all
    /// records for each deletion would be quadratic.
    fn note_dependencies(&mut self, document: &mut StateDocument, operation: &Operation, event: &JournalEvent) {
        match event {
            JournalEvent::Started | JournalEvent::PauseSnapshot { .. } => {}
            JournalEvent::Accepted { .. } | JournalEvent::Ready { .. } => {
                if let (Some(index), Some(upsert)) = (&mut self.dependents, operation.upsert()) {
                    index.add(&operation.address, &upsert.dependencies);
                }
            }
            JournalEvent::Deleted if document.resources.contains_key(&operation.address) => {}
            JournalEvent::Deleted => {
                let index = self.dependents.get_or_insert_with(|| Dependents::of(document));
                index.forget(document, &operation.address);
            }
        }
    }
}

/// Applies all entries of a run's journal.
pub fn replay(document: &mut StateDocument, plan: &Plan, journal: &[JournalEntry]) -> Result<(), IllegalEntry> {
    let mut replay = Replay::new(plan);
    journal.iter().try_for_each(|entry| replay.apply(document, entry))
}

/// Records an event in the document.
fn record_event(document: &mut StateDocument, plan: &Plan, operation: &Operation, entry: &JournalEntry) {
    if let (Some(took), JournalEvent::Ready { .. } | JournalEvent::Deleted) = (entry.took, &entry.event) {
        document.durations.insert(operation.duration_key(), took);
    }
    let address = &operation.address;
    match &entry.event {
        JournalEvent::Started => {}
        JournalEvent::Accepted { id, inputs } => {
            let record = upserted(document, plan, operation, id, inputs);
            record.pending = true;
        }
        JournalEvent::Ready { id, inputs, outputs } => {
            let record = upserted(document, plan, operation, id, inputs);
            record.outputs = outputs.clone();
            record.pending = false;
            record.remembered = None;
        }
        JournalEvent::PauseSnapshot { snapshot } => {
            let record = document.resources.get_mut(address);
            if let Some(record) =
                record.filter(|record| snapshot.is_some() && record.generation == operation.generation)
            {
                record.remembered.clone_from(snapshot);
                // An update that takes something away for a while is not over before that is restored.
                record.pending |= operation.upsert().is_some();
            }
        }
        JournalEvent::Deleted => deleted(document, operation),
    }
}

/// Records the id and the inputs of a resource that was created or changed, and returns its record.
fn upserted<'a>(
    document: &'a mut StateDocument,
    plan: &Plan,
    operation: &Operation,
    id: &str,
    inputs: &Value,
) -> &'a mut ResourceRecord {
    supersede(document, operation);
    let blank = || ResourceRecord::blank(operation.generation);
    let record = document.resources.entry(operation.address.clone()).or_insert_with(blank);
    let declaration = record.declaration();
    record.id = Some(id.to_owned());
    record.inputs = inputs.clone();
    record.generation = operation.generation;
    record.attempted.clear();
    if let Some(upsert) = operation.upsert() {
        record.version = upsert.version;
        record.depends_on.clone_from(&upsert.dependencies);
        record.protect = upsert.protect;
        // A pause declares nothing: a resource that it reduces stays declared as before.
        record.declare(if plan.target == Target::Running { upsert.declaration() } else { &declaration });
    }
    record
}

/// Deposes the current generation in favour of the operation's. A deposed generation that is being reused is removed from
/// the list. A resource that was missing leaves nothing behind: its id may be a name that the new one has as well.
fn supersede(document: &mut StateDocument, operation: &Operation) {
    let generation = operation.generation;
    let record = document.resources.get_mut(&operation.address).filter(|record| record.generation != generation);
    let Some(record) = record else { return };
    let replaces = matches!(operation.effect, Effect::Replace(_));
    let before = record.id.take().filter(|_| replaces).map(|id| Deposed {
        id,
        generation: record.generation,
        retag: record.retag,
        version: record.version,
        inputs: record.inputs.clone(),
        outputs: record.outputs.clone(),
        depends_on: record.depends_on.clone(),
    });
    // An address counts on from its highest generation, also where an older one is reused.
    let used = Some(record.generation).filter(|used| before.is_none() && *used > generation);
    let is_reused = |deposed: &&Deposed| deposed.generation == generation;
    record.retag = record.deposed.iter().find(is_reused).is_some_and(|deposed| deposed.retag);
    record.deposed.retain(|deposed| deposed.generation != generation);
    record.deposed.extend(before);
    if let Some(used) = used {
        document.retire(&operation.address, used);
    }
}

/// Records that a generation is gone.
fn deleted(document: &mut StateDocument, operation: &Operation) {
    let Some(record) = document.resources.get_mut(&operation.address) else { return };
    if record.generation != operation.generation {
        record.deposed.retain(|deposed| deposed.generation != operation.generation);
        if operation.generation > record.generation {
            document.retire(&operation.address, operation.generation);
        }
        return;
    }
    record.id = None;
    record.pending = false;
    record.attempted.clear();
    // The old half of a replacement that deletes first keeps its record (asleep) until the new generation exists.
    let stays = operation.deletion().is_some_and(|deletion| deletion.purpose != Purpose::Remove);
    if !stays && record.deposed.is_empty() {
        document.retire(&operation.address, operation.generation);
        document.resources.remove(&operation.address);
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
