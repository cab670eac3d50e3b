//! The order of operations: which must be done before which, and one order that respects it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::plan::{Operation, OperationKind};
use crate::planner::PlanError;
use crate::planner::action::{Fate, Order};
use crate::record::Snapshot;
use crate::resource::Address;

/// Puts operations into an order, numbers them, and fills in what each depends on.
///
/// - What creates or changes a resource comes after what creates or changes its dependencies.
/// - A deletion comes after the deletion of every recorded dependent, or after the change that moves it away.
/// - A replacement that creates first deletes the old generation last; one that deletes first, before it creates.
/// - What will have the id of something that is deleted, under another address, comes after that deletion.
pub(super) fn in_order(
    operations: Vec<Operation>,
    fates: &BTreeMap<Address, Fate>,
    predicted: &BTreeMap<Address, Map<String, Value>>,
    snapshot: &Snapshot,
) -> Result<Vec<Operation>, PlanError> {
    let inherits = heirs(&operations, predicted, snapshot);
    // What moves away from something that is deleted first does so before, unless it waits for the new one itself.
    for moves_first in [true, false] {
        let mut before = edges(&operations, fates, snapshot, moves_first);
        for (heir, deletion) in &inherits {
            before[*heir].insert(*deletion);
        }
        if let Some(order) = sorted(&operations, &before) {
            return Ok(number(operations, &before, &order));
        }
    }
    // A name that cannot become free in time is AWS's to refuse.
    let before = edges(&operations, fates, snapshot, false);
    let order = sorted(&operations, &before).ok_or_else(|| stuck(&operations, &before))?;
    Ok(number(operations, &before, &order))
}

/// Creations whose id is known before, each with the deletion of what has that id now under another address.
fn heirs(
    operations: &[Operation],
    predicted: &BTreeMap<Address, Map<String, Value>>,
    snapshot: &Snapshot,
) -> Vec<(usize, usize)> {
    let mut deleted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate().filter(|(_, o)| o.operation == OperationKind::Delete) {
        let Some(entry) = snapshot.resources.get(&operation.address) else { continue };
        let old = entry.deposed.iter().find(|old| old.generation == operation.generation).map(|old| &old.id);
        let id = old.or(entry.id.as_ref().filter(|_| entry.generation == operation.generation));
        deleted.extend(id.map(|id| ((operation.kind.as_str(), id.as_str()), index)));
    }
    if deleted.is_empty() {
        return Vec::new();
    }
    let creates = |o: &Operation| matches!(o.operation, OperationKind::Create | OperationKind::Replace);
    let mut heirs = Vec::new();
    for (index, operation) in operations.iter().enumerate().filter(|(_, operation)| creates(operation)) {
        let known = predicted.get(&operation.address).into_iter().flat_map(Map::values).filter_map(Value::as_str);
        let taken = known.filter_map(|id| deleted.get(&(operation.kind.as_str(), id)).copied());
        heirs.extend(
            taken.filter(|other| operations[*other].address != operation.address).map(|deletion| (index, deletion)),
        );
    }
    heirs
}

/// What must be done before each operation. With `moves_first`, what depends on something that is deleted first, and
/// shall not any more, is changed before the deletion.
fn edges(
    operations: &[Operation],
    fates: &BTreeMap<Address, Fate>,
    snapshot: &Snapshot,
    moves_first: bool,
) -> Vec<BTreeSet<usize>> {
    let mut forward: BTreeMap<&Address, usize> = BTreeMap::new();
    let mut backward: BTreeMap<(&Address, u32), usize> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        match operation.operation {
            OperationKind::Delete | OperationKind::Forget => {
                backward.insert((&operation.address, operation.generation), index);
            }
            OperationKind::Create | OperationKind::Update | OperationKind::Replace => {
                forward.insert(&operation.address, index);
            }
        }
    }
    let dependents = dependents(snapshot, &backward.keys().map(|(address, _)| *address).collect());
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); operations.len()];
    for (index, operation) in operations.iter().enumerate() {
        let deletes_first = fates.get(&operation.address) == Some(&Fate::Replace(Order::DeleteFirst));
        match operation.operation {
            OperationKind::Delete | OperationKind::Forget => {
                for (dependent, generation) in dependents.get(&operation.address).into_iter().flatten() {
                    if let Some(deletion) = backward.get(&(*dependent, *generation)) {
                        before[index].insert(*deletion);
                    } else if let Some(change) = forward.get(dependent)
                        && (!deletes_first
                            || moves_first && !operations[*change].dependencies.contains(&operation.address))
                    {
                        before[index].insert(*change);
                    }
                }
                if !operation.superseded {
                    // The record goes with its current generation, so that one goes last.
                    let old = backward.range((&operation.address, 0)..=(&operation.address, u32::MAX));
                    before[index].extend(old.map(|(_, old)| *old));
                }
                let newer = forward.get(&operation.address).filter(|_| operation.superseded);
                let is_current =
                    snapshot.resources.get(&operation.address).is_some_and(|e| e.generation == operation.generation);
                match newer {
                    Some(newer) if deletes_first && is_current => {
                        before[*newer].insert(index);
                    }
                    Some(newer) if is_current => {
                        before[index].insert(*newer);
                    }
                    // An old generation has been replaced already: it waits for nothing but what still uses it.
                    Some(_) | None => {}
                }
            }
            OperationKind::Create | OperationKind::Update | OperationKind::Replace => {
                before[index].extend(operation.dependencies.iter().filter_map(|other| forward.get(other)));
            }
        }
        before[index].remove(&index);
    }
    before
}

/// Who there is that depended on one of these when it was last applied: addresses with their generations.
fn dependents<'a>(snapshot: &'a Snapshot, on: &BTreeSet<&Address>) -> BTreeMap<&'a Address, Vec<(&'a Address, u32)>> {
    let mut dependents: BTreeMap<&Address, Vec<(&Address, u32)>> = BTreeMap::new();
    if on.is_empty() {
        return dependents;
    }
    for (address, entry) in &snapshot.resources {
        let old = entry.deposed.iter().map(|deposed| (deposed.generation, &deposed.depends_on));
        // What sleeps, or was deleted to be created again, is not there: it keeps nothing from being deleted.
        let current = entry.id.is_some().then_some((entry.generation, &entry.depends_on));
        for (generation, depends_on) in old.chain(current) {
            for other in depends_on.iter().filter(|other| on.contains(other)) {
                dependents.entry(other).or_default().push((address, generation));
            }
        }
    }
    dependents
}

/// Kahn's algorithm, by address among those that are free, so that equal plans read alike; `None` if there is no order.
fn sorted(operations: &[Operation], before: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let order = free_in_turn(operations, before);
    (order.len() == operations.len()).then_some(order)
}

/// The operations whose time comes, in their order.
fn free_in_turn(operations: &[Operation], before: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); operations.len()];
    let mut waits: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    for (index, before) in before.iter().enumerate() {
        for other in before {
            after[*other].push(index);
        }
    }
    let key = |index: usize| (&operations[index].address, operations[index].generation, index);
    let mut free: BTreeSet<_> = (0..operations.len()).filter(|index| waits[*index] == 0).map(key).collect();
    let mut order = Vec::with_capacity(operations.len());
    while let Some((_, _, index)) = free.pop_first() {
        order.push(index);
        for next in &after[index] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                free.insert(key(*next));
            }
        }
    }
    order
}

/// The error that names what waits for each other.
fn stuck(operations: &[Operation], before: &[BTreeSet<usize>]) -> PlanError {
    let free: BTreeSet<usize> = free_in_turn(operations, before).into_iter().collect();
    let stuck = operations.iter().enumerate().filter(|(index, _)| !free.contains(index));
    let stuck: BTreeSet<_> = stuck.map(|(_, operation)| operation.address.to_string()).collect();
    PlanError::NoOrder(stuck.into_iter().collect::<Vec<_>>().join(", "))
}

/// Puts operations into their order, numbers them, and names what each depends on.
fn number(operations: Vec<Operation>, before: &[BTreeSet<usize>], order: &[usize]) -> Vec<Operation> {
    let mut ids: Vec<usize> = vec![usize::MAX; operations.len()];
    for (id, index) in order.iter().enumerate() {
        ids[*index] = id;
    }
    let mut slots: Vec<Option<Operation>> = operations.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|index| {
            let mut operation = slots[*index].take()?;
            operation.id = ids[*index];
            operation.depends_on = before[*index].iter().map(|other| ids[*other]).collect();
            operation.depends_on.sort_unstable();
            Some(operation)
        })
        .collect()
}
