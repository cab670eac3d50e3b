//! The operations that may start: those that wait for nothing, most urgent first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tokio::time::Instant;

use crate::sdk::Error;
use ebbtide::plan::{OperationKind, Plan};
use ebbtide::planner::{Dag, Release};
use ebbtide::resource::Registry;

/// The operations of a plan that have not started, by their ids.
pub(super) struct ReadyQueue {
    dag: Dag,
    release: Release,
    urgency: Vec<u64>,
    free: BinaryHeap<(u64, Reverse<usize>)>,
    done: Vec<Option<Instant>>,
    /// Operations that start again once the deletions in their way are done, with the error AWS returned.
    requeued: BTreeMap<usize, Box<Error>>,
}

impl ReadyQueue {
    /// Creates the queue of a plan. `durations` are those of earlier runs, by `KIND operation`.
    pub(super) fn new(plan: &Plan, durations: &BTreeMap<String, u64>, kinds: &Registry) -> Self {
        let dag = Dag::new(plan.operations.iter().map(|operation| operation.depends_on.iter()));
        let urgency = dag.longest_paths(&expected_durations(plan, durations, kinds));
        let release = Release::new(&dag);
        let free = release.free().map(|id| (urgency[id], Reverse(id))).collect();
        Self { dag, release, urgency, free, done: vec![None; plan.operations.len()], requeued: BTreeMap::new() }
    }

    /// Takes the most urgent operation that waits for nothing: the one with the longest way still to go behind it.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.free.pop().map(|(_, Reverse(id))| id)
    }

    /// Completes an operation and frees those that waited for nothing else.
    pub(super) fn complete(&mut self, id: usize) {
        self.done[id] = Some(Instant::now());
        let free = self.release.complete(&self.dag, id);
        self.free.extend(free.into_iter().map(|id| (self.urgency[id], Reverse(id))));
    }

    /// Returns the deletions of the same kind that were still pending when a creation started and do not depend on it. One
    /// of them may free the name.
    pub(super) fn conflicting_deletions(
        &self,
        plan: &Plan,
        id: usize,
        started: Instant,
        failed: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let kind = plan.operations[id].resource_kind();
        let deletions =
            plan.operations.iter().filter(|o| o.kind() == OperationKind::Delete && o.resource_kind() == kind);
        let pending = |id: &usize| !failed(*id) && self.done[*id].is_none_or(|done| done >= started);
        let mut deletions: Vec<usize> = deletions.map(|operation| operation.id).filter(pending).collect();
        if !deletions.is_empty() {
            let dependents = self.dag.transitive_dependents(id);
            deletions.retain(|deletion| !dependents.contains(deletion));
        }
        deletions
    }

    /// Puts an operation behind others; it is free again once they are done.
    pub(super) fn requeue_after(&mut self, id: usize, others: &[usize], why: Box<Error>) {
        let pending: Vec<usize> = others.iter().copied().filter(|other| self.done[*other].is_none()).collect();
        self.release.delay(id, pending.len());
        if pending.is_empty() {
            self.free.push((self.urgency[id], Reverse(id)));
        }
        for other in pending {
            self.dag.add_edge(other, id);
        }
        self.requeued.insert(id, why);
    }

    /// Returns whether an operation was requeued before.
    pub(super) fn was_requeued(&self, id: usize) -> bool {
        self.requeued.contains_key(&id)
    }

    /// Takes the requeued operations whose conflict was never resolved, with the error AWS returned.
    pub(super) fn take_starved(&mut self) -> Vec<(usize, Box<Error>)> {
        let requeued = std::mem::take(&mut self.requeued);
        requeued.into_iter().filter(|(id, _)| !self.release.is_free(*id)).collect()
    }
}

/// Returns how long each operation is expected to take, in milliseconds: as long as the last time, else as is typical of its
/// kind.
fn expected_durations(plan: &Plan, durations: &BTreeMap<String, u64>, kinds: &Registry) -> Vec<u64> {
    let typical = |kind: &str| kinds.get(kind).map_or(1, |kind| kind.info().typical_seconds);
    plan.operations
        .iter()
        .map(|operation| {
            let learned = durations.get(&format!("{} {}", operation.resource_kind(), operation.kind())).copied();
            learned.unwrap_or_else(|| match operation.kind() {
                OperationKind::Create | OperationKind::Replace => u64::from(typical(operation.resource_kind())) * 1000,
                OperationKind::Update | OperationKind::Delete => 1000,
                OperationKind::Forget => 1,
            })
        })
        .collect()
}
