//! The names that a plan's creations take and its deletions free.

use std::collections::BTreeMap;

use ebbtide::plan::{Operation, Plan};
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;
use serde_json::Value;

/// The names of a plan's operations, by their ids.
pub(super) struct Names(BTreeMap<usize, Vec<String>>);

impl Names {
    /// Notes the names before anything is executed: the record of a deleted resource is gone afterwards.
    pub(super) fn new(plan: &Plan, document: &StateDocument, kinds: &Registry) -> Self {
        let named = |operation: &Operation| (operation.id, names(operation, plan, document, kinds));
        Self(plan.operations.iter().map(named).collect())
    }

    /// Returns whether a deletion may free the name that a creation takes. A creation without a known name may have met
    /// anything of its kind.
    pub(super) fn may_free(&self, deletion: usize, creation: usize) -> bool {
        let (Some(freed), Some(taken)) = (self.0.get(&deletion), self.0.get(&creation)) else { return true };
        // A name may be part of an id, as of an ARN.
        taken.is_empty() || taken.iter().any(|name| freed.iter().any(|freed| freed.contains(name.as_str())))
    }
}

/// Returns the names that identify the resource of an operation in AWS: its id, as recorded or predicted, and its own name.
fn names(operation: &Operation, plan: &Plan, document: &StateDocument, kinds: &Registry) -> Vec<String> {
    let Some(kind) = kinds.get(operation.resource_kind()) else { return Vec::new() };
    let name = |inputs: &Value| {
        let field = kind.info().unique_name_field.as_ref()?;
        inputs.get(field)?.as_str().map(str::to_owned)
    };
    match operation.upsert() {
        Some(upsert) if operation.creates() => {
            let identity = plan.scope.identity(&document.lineage, &operation.address, operation.generation);
            let predicted = kind.known_outputs(&identity, &upsert.inputs).unwrap_or_default();
            let predicted = predicted.values().filter_map(Value::as_str).map(str::to_owned);
            name(&upsert.inputs).into_iter().chain(predicted).collect()
        }
        Some(_) => Vec::new(),
        None => {
            let Some(record) = document.resources.get(&operation.address) else { return Vec::new() };
            let deposed = record.deposed.iter().find(|deposed| deposed.generation == operation.generation);
            let (id, inputs) = match deposed {
                Some(deposed) => (Some(deposed.id.clone()), &deposed.inputs),
                None => (record.id.clone(), &record.inputs),
            };
            id.into_iter().chain(name(inputs)).collect()
        }
    }
}
