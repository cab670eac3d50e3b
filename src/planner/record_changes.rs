//! The changes of a plan that only the record shows: protection, dependencies, declarations and outputs.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::Plan;
use crate::record::StateDocument;
use crate::resource::Address;

/// The changes of a plan that only the record shows. They need no operation, and count all the same: a pause and a resume act
/// on the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordChanges {
    /// Changes of the records of resources.
    pub resources: Vec<ResourceChange>,
    /// Changes of the stack's outputs.
    pub outputs: Vec<OutputChange>,
}

/// A change of the record of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ResourceChange {
    /// The resource.
    pub address: Address,
    /// Whether the resource is protected from now on; `None` if that does not change.
    pub protection: Option<bool>,
    /// The dependencies that are added.
    pub added: BTreeSet<Address>,
    /// The dependencies that are removed.
    pub removed: BTreeSet<Address>,
    /// Whether the same inputs are declared in other words, such as by a reference in place of its value.
    pub redeclared: bool,
}

/// A change of one output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OutputChange {
    /// The output.
    pub name: String,
    /// The change.
    pub change: OutputChangeKind,
}

/// The sorts of change of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputChangeKind {
    /// It is declared and not recorded.
    Added,
    /// It is declared otherwise than recorded.
    Changed,
    /// It is recorded and no longer declared.
    Removed,
}

impl RecordChanges {
    /// Returns the changes that a plan makes to the record of the document it was made from.
    pub fn between(document: &StateDocument, plan: &Plan) -> Self {
        let updates = plan.records.iter().filter_map(|update| {
            let record = document.resources.get(&update.address)?;
            let added: BTreeSet<_> = update.depends_on.difference(&record.depends_on).cloned().collect();
            let removed: BTreeSet<_> = record.depends_on.difference(&update.depends_on).cloned().collect();
            let change = ResourceChange {
                address: update.address.clone(),
                protection: (record.protect != update.protect).then_some(update.protect),
                redeclared: update.declared.is_some() && added.is_empty() && removed.is_empty(),
                added,
                removed,
            };
            Some(change)
        });
        // An operation shows its own changes, but not whether the resource is protected.
        let operations = plan.operations.iter().filter_map(|operation| {
            let upsert = operation.upsert()?;
            let before = document.resources.get(&operation.address).is_some_and(|record| record.protect);
            (upsert.protect != before).then(|| ResourceChange {
                address: operation.address.clone(),
                protection: Some(upsert.protect),
                added: BTreeSet::new(),
                removed: BTreeSet::new(),
                redeclared: false,
            })
        });
        let mut resources: Vec<_> = updates.chain(operations).collect();
        resources.sort_by(|one, other| one.address.cmp(&other.address));
        Self { resources, outputs: output_changes(document, plan) }
    }

    /// Returns whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.resources.len() + self.outputs.len()
    }
}

fn output_changes(document: &StateDocument, plan: &Plan) -> Vec<OutputChange> {
    let recorded = |name: &String| document.outputs.iter().find(|(other, _)| other == name).map(|(_, value)| value);
    let declared = plan.outputs.iter().filter_map(|(name, value)| match recorded(name) {
        None => Some((name, OutputChangeKind::Added)),
        Some(before) if before != value => Some((name, OutputChangeKind::Changed)),
        Some(_) => None,
    });
    let is_declared = |name: &String| plan.outputs.iter().any(|(other, _)| other == name);
    let removed = document.outputs.iter().map(|(name, _)| name).filter(|name| !is_declared(name));
    let removed = removed.map(|name| (name, OutputChangeKind::Removed));
    declared.chain(removed).map(|(name, change)| OutputChange { name: name.clone(), change }).collect()
}
