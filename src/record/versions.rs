//! Recorded inputs of older versions of their kinds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Deposed, ResourceRecord, StateDocument};
use super::journal::{JournalEntry, JournalEvent};
use super::run::Run;
use crate::plan::{Effect, Upsert};
use crate::resource::{Address, InputsError, Kind, Registry, migrated};

impl StateDocument {
    /// Brings recorded inputs of older versions of their kinds to today's form, those of an open run and its journal included.
    /// Inputs that cannot be brought there stay as they are, and [`Self::unfit`] reports them.
    pub fn migrate_inputs(&mut self, kinds: &Registry, journal: &mut [JournalEntry]) {
        for (address, record) in &mut self.resources {
            let Some(kind) = kinds.get(address.kind()) else { continue };
            if record.version < kind.info().version {
                // Inputs and declaration have one version, so both are replaced or none.
                let inputs = todays(&*kind, record.version, &record.inputs);
                let declaration = record.declaration();
                if let (Ok(inputs), Ok(declaration)) = (inputs, migrated(&*kind, record.version, &declaration)) {
                    let attempted =
                        record.attempted.iter().filter_map(|inputs| todays(&*kind, record.version, inputs).ok());
                    record.attempted = attempted.collect();
                    (record.version, record.inputs) = (kind.info().version, inputs);
                    record.declare(&declaration);
                }
            }
            for old in &mut record.deposed {
                if old.version < kind.info().version
                    && let Ok(inputs) = todays(&*kind, old.version, &old.inputs)
                {
                    (old.version, old.inputs) = (kind.info().version, inputs);
                }
            }
        }
        if let Some(run) = &mut self.run {
            migrate_run(run, kinds, journal);
        }
    }

    /// Returns the resources whose recorded inputs no provider may be given, with the problem: they are of a newer version of
    /// the kind than this program knows, cannot be brought to today's form, or do not have it.
    pub fn unfit(&self, kinds: &Registry) -> BTreeMap<Address, InputsError> {
        let problem = |(address, record): (&Address, &ResourceRecord)| {
            let kind = kinds.get(address.kind())?;
            Some((address.clone(), problem(&*kind, record)?))
        };
        self.resources.iter().filter_map(problem).collect()
    }
}

/// Returns recorded inputs in today's form.
fn todays(kind: &dyn Kind, version: u32, inputs: &Value) -> Result<Value, InputsError> {
    let inputs = migrated(kind, version, inputs)?;
    kind.check(&inputs)?;
    Ok(inputs.into_owned())
}

/// Returns the first problem with a record. A resource that is asleep is created from its declaration, which is checked then.
fn problem(kind: &dyn Kind, record: &ResourceRecord) -> Option<InputsError> {
    let version = record.version;
    let current = if version != kind.info().version {
        todays(kind, version, &record.inputs).and_then(|_| migrated(kind, version, &record.declaration()).map(drop))
    } else if record.id.is_some() {
        kind.check(&record.inputs)
    } else {
        Ok(())
    };
    let deposed = |old: &Deposed| todays(kind, old.version, &old.inputs).err();
    current.err().or_else(|| record.deposed.iter().find_map(deposed))
}

/// Brings the inputs of an open run to today's form: those of each operation together with those that the journal has of it.
fn migrate_run(run: &mut Run, kinds: &Registry, journal: &mut [JournalEntry]) {
    for operation in &mut run.plan.operations {
        let Some(kind) = kinds.get(operation.address.kind()) else { continue };
        let (Effect::Create(upsert) | Effect::Update(upsert) | Effect::Replace(upsert)) = &mut operation.effect else {
            continue;
        };
        if upsert.version >= kind.info().version {
            continue;
        }
        let id = operation.id;
        let entries: Vec<&mut Value> =
            journal.iter_mut().filter(|entry| entry.operation == id).filter_map(inputs_of).collect();
        // All of them are replaced or none: the operation's version is that of its entries too.
        let _ = migrate_operation(&*kind, upsert, entries);
    }
}

fn migrate_operation(kind: &dyn Kind, upsert: &mut Upsert, entries: Vec<&mut Value>) -> Result<(), InputsError> {
    let version = upsert.version;
    let desired = migrated(kind, version, &upsert.inputs)?.into_owned();
    let declared = upsert.declared.as_ref().map(|declared| migrated(kind, version, declared).map(Cow::into_owned));
    let declared = declared.transpose()?;
    let applied: Vec<Value> = entries.iter().map(|inputs| todays(kind, version, inputs)).collect::<Result<_, _>>()?;
    for (inputs, todays) in entries.into_iter().zip(applied) {
        *inputs = todays;
    }
    (upsert.version, upsert.inputs, upsert.declared) = (kind.info().version, desired, declared);
    Ok(())
}

/// Returns the inputs that a journal entry records.
fn inputs_of(entry: &mut JournalEntry) -> Option<&mut Value> {
    match &mut entry.event {
        JournalEvent::Accepted { inputs, .. } | JournalEvent::Ready { inputs, .. } => Some(inputs),
        JournalEvent::Started | JournalEvent::PauseSnapshot { .. } | JournalEvent::Deleted => None,
    }
}

#[cfg(test)]
#[path = "versions_tests.rs"]
mod tests;
