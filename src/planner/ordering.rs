//! The order of operations: which must be done before which, and one order that respects it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::candidates::{candidates, is_reused};
use super::decisions::Decisions;
use super::giving_way::Candidate;
use super::{Dag, PlanError};
use crate::plan::Operation;
use crate::record::StateDocument;
use crate::resource::Address;

/// Puts operations into an order, numbers them, and fills in the dependencies of each.
///
/// - An operation that creates or changes a resource comes after those that create or change its dependencies.
/// - A deletion comes after the deletion of every recorded dependent, or after the change that moves it away.
/// - A replacement that creates first deletes the old generation last; one that deletes first, before it creates.
/// - A creation that will have the name of a resource that is deleted under another address comes after that deletion.
///
/// If these wait for each other in a circle, as when two resources swap their names, there is no such order until one of them
/// gives way: a replacement deletes first, an ephemeral resource is replaced instead of changed, a durable one is changed later,
/// an earlier generation is not reused. A name is never taken before it is free: AWS would refuse that.
pub(super) fn in_order(
    operations: Vec<Operation>,
    decisions: &Decisions<'_>,
    document: &StateDocument,
) -> Result<Vec<Operation>, Unordered> {
    let conflicts = name_conflicts(&operations, &decisions.known_outputs, document);
    let edges = Edges::new(&operations, decisions, document);
    let before_with_conflicts = |moves_first| {
        let mut before = edges.before(moves_first);
        for (creation, deletion) in &conflicts {
            before[*creation].insert(*deletion);
        }
        before
    };
    // A dependent moves away from a resource that is deleted first before that deletion, unless it waits for the new one.
    for moves_first in [true, false] {
        let before = before_with_conflicts(moves_first);
        if let Some(order) = topological_order(&operations, &before) {
            return Ok(number(operations, &before, &order));
        }
    }
    let before = before_with_conflicts(false);
    let circle = Dag::new(before.iter()).cycle(|index| &operations[index].address).unwrap_or_default();
    let circle: Vec<&Operation> = circle.into_iter().map(|index| &operations[index]).collect();
    let candidates = candidates(&circle, decisions);
    if candidates.is_empty() {
        return Err(Unordered::Refused(no_order(circle)));
    }
    Err(Unordered::Circle(candidates))
}

/// The reason why operations have no order.
pub(super) enum Unordered {
    /// Operations wait for each other in a circle. One of these resources can give way.
    Circle(Vec<Candidate>),
    /// There is no order at all.
    Refused(PlanError),
}

/// Pairs each creation with the planned deletion of the resource that has the same id or name now, under another address.
fn name_conflicts(
    operations: &[Operation],
    known_outputs: &BTreeMap<Address, Map<String, Value>>,
    document: &StateDocument,
) -> Vec<(usize, usize)> {
    let mut deleted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate().filter(|(_, o)| o.deletion().is_some()) {
        let Some(record) = document.resources.get(&operation.address) else { continue };
        let old = record.deposed.iter().find(|old| old.generation == operation.generation);
        let (id, outputs) = match (old, &record.id) {
            (Some(old), _) => (old.id.as_str(), &old.outputs),
            (None, Some(id)) if record.generation == operation.generation => (id.as_str(), &record.outputs),
            _ => continue,
        };
        // The id of some kinds differs from their name, which is an output then.
        for taken in [Some(id), outputs.get("name").and_then(Value::as_str)].into_iter().flatten() {
            deleted.insert((operation.resource_kind(), taken), index);
        }
    }
    if deleted.is_empty() {
        return Vec::new();
    }
    // The current generation comes before or after the next one in any case.
    let is_current = |operation: &Operation| {
        document.resources.get(&operation.address).is_some_and(|record| record.generation == operation.generation)
    };
    let mut conflicts = Vec::new();
    for (index, operation) in operations.iter().enumerate().filter(|(_, operation)| operation.creates()) {
        let known = known_outputs.get(&operation.address).into_iter().flat_map(Map::values).filter_map(Value::as_str);
        let taken: BTreeSet<usize> =
            known.filter_map(|id| deleted.get(&(operation.resource_kind(), id)).copied()).collect();
        conflicts.extend(
            taken
                .into_iter()
                .filter(|other| operations[*other].address != operation.address || !is_current(&operations[*other]))
                .map(|deletion| (index, deletion)),
        );
    }
    conflicts
}

/// The material for the edges between operations.
struct Edges<'a> {
    operations: &'a [Operation],
    decisions: &'a Decisions<'a>,
    document: &'a StateDocument,
    /// The operation that creates or changes an address.
    upserts: BTreeMap<&'a Address, usize>,
    /// The operation that deletes or forgets a generation of an address.
    removals: BTreeMap<(&'a Address, u32), usize>,
    /// The recorded dependents of addresses that are removed, with their generations.
    dependents: BTreeMap<&'a Address, Vec<(&'a Address, u32)>>,
}

impl<'a> Edges<'a> {
    fn new(operations: &'a [Operation], decisions: &'a Decisions<'a>, document: &'a StateDocument) -> Self {
        let (mut upserts, mut removals) = (BTreeMap::new(), BTreeMap::new());
        for (index, operation) in operations.iter().enumerate() {
            match operation.upsert() {
                Some(_) => drop(upserts.insert(&operation.address, index)),
                None => drop(removals.insert((&operation.address, operation.generation), index)),
            }
        }
        let removed: BTreeSet<&Address> = removals.keys().map(|(address, _)| *address).collect();
        let dependents = dependents(document, decisions, &removed, &removals);
        Self { operations, decisions, document, upserts, removals, dependents }
    }

    /// Returns the operations that must be done before each. With `moves_first`, a dependent of a resource that is deleted
    /// first, and that no longer depends on it, is changed before the deletion.
    fn before(&self, moves_first: bool) -> Vec<BTreeSet<usize>> {
        let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.operations.len()];
        for (index, operation) in self.operations.iter().enumerate() {
            match operation.upsert() {
                Some(upsert) => {
                    before[index].extend(upsert.dependencies.iter().filter_map(|other| self.upserts.get(other)));
                }
                None => {
                    self.after_dependents(index, operation, moves_first, &mut before[index]);
                    self.beside_its_own(index, operation, &mut before);
                }
            }
            before[index].remove(&index);
        }
        before
    }

    /// Returns whether an operation deletes the current generation before the next one is created. Earlier generations
    /// wait for their dependents to move, whatever happens to the current one.
    fn deletes_first(&self, operation: &Operation) -> bool {
        let record = self.document.resources.get(&operation.address);
        record.is_none_or(|record| record.generation == operation.generation)
            && self.decisions.actions.get(&operation.address).is_some_and(|action| action.deletes_first())
    }

    /// A removal comes after the removal of each dependent, or after the change that moves it away.
    fn after_dependents(&self, index: usize, operation: &Operation, moves_first: bool, before: &mut BTreeSet<usize>) {
        let deletes_first = self.deletes_first(operation);
        for (dependent, generation) in self.dependents.get(&operation.address).into_iter().flatten() {
            if let Some(removal) = self.removals.get(&(*dependent, *generation)) {
                before.insert(*removal);
            } else if let Some(change) = self.upserts.get(dependent)
                && (!self.decisions.giving_way.contains(dependent) || self.is_reused(*change, *generation))
                && (!deletes_first
                    || (moves_first || !self.decisions.is_durable(dependent))
                        && !self.still_depends(*change, &operation.address))
            {
                before.insert(*change);
            }
        }
        if !operation.is_superseded() {
            // The record goes with its current generation, so that one goes last.
            let own = self.removals.range((&operation.address, 0)..=(&operation.address, u32::MAX));
            before.extend(own.map(|(_, own)| *own).filter(|own| *own != index));
        }
    }

    /// Returns whether a creation brings back this generation of a resource.
    fn is_reused(&self, change: usize, generation: u32) -> bool {
        let change = &self.operations[change];
        let record = self.document.resources.get(&change.address);
        change.generation == generation && record.is_some_and(|record| is_reused(record, change))
    }

    fn still_depends(&self, change: usize, on: &Address) -> bool {
        self.operations[change].upsert().is_some_and(|upsert| upsert.dependencies.contains(on))
    }

    /// The deletion of the current generation comes before or after the creation of the next one. An earlier generation has
    /// been replaced already: it waits for nothing but its dependents.
    fn beside_its_own(&self, index: usize, operation: &Operation, before: &mut [BTreeSet<usize>]) {
        let Some(newer) = self.upserts.get(&operation.address).filter(|_| operation.is_superseded()) else { return };
        let record = self.document.resources.get(&operation.address);
        if record.is_some_and(|record| record.generation == operation.generation) {
            if self.deletes_first(operation) {
                before[*newer].insert(index);
            } else {
                before[index].insert(*newer);
            }
        }
    }
}

/// Returns the resources that depended on one of these when they were last applied, or may depend on it since: addresses with
/// their generations.
fn dependents<'a>(
    document: &'a StateDocument,
    decisions: &'a Decisions<'_>,
    on: &BTreeSet<&Address>,
    removals: &BTreeMap<(&Address, u32), usize>,
) -> BTreeMap<&'a Address, Vec<(&'a Address, u32)>> {
    let mut dependents: BTreeMap<&Address, Vec<(&Address, u32)>> = BTreeMap::new();
    if on.is_empty() {
        return dependents;
    }
    for (address, record) in &document.resources {
        // A resource that sleeps, or was deleted to be created again, keeps nothing from being deleted. If its record goes as
        // well, it goes first: a destroy that is cut off leaves no record of a resource that refers to a missing one.
        let counts = record.id.is_some() || removals.contains_key(&(address, record.generation));
        let old = record.deposed.iter().flat_map(|old| old.depends_on.iter().map(|other| (old.generation, other)));
        let current = counts.then(|| decisions.dependencies(address, record)).into_iter().flatten();
        for (generation, other) in old.chain(current.map(|other| (record.generation, other))) {
            if on.contains(other) && !decisions.only_follows(record, other) {
                dependents.entry(other).or_default().push((address, generation));
            }
        }
    }
    dependents
}

/// Returns the operations in order, by address among those that are free, so that equal plans read alike; `None` if they wait
/// for each other.
fn topological_order(operations: &[Operation], before: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let order =
        Dag::new(before.iter()).order_by_key(|index| (&operations[index].address, operations[index].generation));
    (order.len() == operations.len()).then_some(order)
}

/// Returns the error that names the resources whose operations wait for each other.
fn no_order(circle: Vec<&Operation>) -> PlanError {
    let stuck: BTreeSet<String> = circle.into_iter().map(|operation| operation.address.to_string()).collect();
    PlanError::NoOrder(stuck.into_iter().collect::<Vec<_>>().join(", "))
}

/// Puts operations into their order, numbers them, and fills in their dependencies.
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
