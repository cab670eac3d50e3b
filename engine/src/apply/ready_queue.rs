//! The operations that may start: those that wait for nothing, most urgent first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use tokio::time::Instant;

use super::names::Names;
use super::rate_limit::service;
use crate::sdk::Error;
use ebbtide::plan::{Operation, OperationKind, Plan};
use ebbtide::planner::{Dag, Release};
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;

/// The number of operations of one service that wait for their first call at once. Each is a task.
const QUEUED: usize = 64;

/// The place of an operation in the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The time that is still to go behind it, in milliseconds.
    pub(super) urgency: u64,
    /// Whether it was requeued before.
    pub(super) was_requeued: bool,
}

/// The operations of a plan that have not started, by their ids.
pub(super) struct ReadyQueue {
    dag: Dag,
    release: Release,
    urgency: Vec<u64>,
    /// The expected duration of each operation, in milliseconds.
    expected: Vec<u64>,
    /// The free operations of each service.
    free: BTreeMap<String, BinaryHeap<(u64, Reverse<usize>)>>,
    /// The service of each operation; `None` for one that calls no service.
    services: Vec<Option<String>>,
    /// The operations that were taken and have not begun, of each service.
    queued: BTreeMap<String, BTreeSet<usize>>,
    names: Names,
    done: Vec<Option<Instant>>,
    /// Operations that start again once the deletions in their way are done, with the error AWS returned.
    requeued: BTreeMap<usize, Box<Error>>,
}

impl ReadyQueue {
    /// Creates the queue of a plan. The document has the durations of earlier runs.
    pub(super) fn new(plan: &Plan, document: &StateDocument, kinds: &Registry) -> Self {
        let dag = Dag::new(plan.operations.iter().map(|operation| operation.depends_on.iter()));
        let expected = expected_durations(plan, &document.durations, kinds);
        let urgency = dag.longest_paths(&expected);
        let release = Release::new(&dag);
        let service_of = |operation: &Operation| {
            (operation.kind() != OperationKind::Forget).then(|| service(operation.resource_kind()).to_owned())
        };
        let services = plan.operations.iter().map(service_of).collect();
        let first: Vec<usize> = release.free().collect();
        let names = Names::new(plan, document, kinds);
        let done = vec![None; plan.operations.len()];
        let (free, queued, requeued) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut queue = Self { dag, release, urgency, expected, free, services, queued, names, done, requeued };
        first.into_iter().for_each(|id| queue.add(id));
        queue
    }

    fn add(&mut self, id: usize) {
        let service = self.services[id].clone().unwrap_or_default();
        self.free.entry(service).or_default().push((self.urgency[id], Reverse(id)));
    }

    /// Takes the most urgent operation that waits for nothing: the one with the longest way still to go behind it. Of each
    /// service only so many are taken until they have begun; the others stay here, where a more urgent one overtakes them.
    pub(super) fn next(&mut self) -> Option<usize> {
        let is_full = |service: &String| self.queued.get(service).is_some_and(|queued| queued.len() >= QUEUED);
        let mut open = self.free.iter_mut().filter(|(service, _)| !is_full(service));
        let first = open.by_ref().next()?;
        let heap = open.fold(first, |one, other| if other.1.peek() > one.1.peek() { other } else { one }).1;
        let (_, Reverse(id)) = heap.pop()?;
        if heap.is_empty() {
            self.free.retain(|_, heap| !heap.is_empty());
        }
        if let Some(service) = &self.services[id] {
            self.queued.entry(service.clone()).or_default().insert(id);
        }
        Some(id)
    }

    /// Notes that an operation that was taken makes its first call, or has ended without one.
    pub(super) fn begin(&mut self, id: usize) {
        if let Some(queued) = self.services[id].as_ref().and_then(|service| self.queued.get_mut(service)) {
            queued.remove(&id);
        }
    }

    /// Returns the place of an operation in the queue.
    pub(super) fn place(&self, id: usize) -> Place {
        Place { urgency: self.urgency[id], was_requeued: self.requeued.contains_key(&id) }
    }

    /// Returns the expected time to the end in milliseconds, and the operation that it waits for. `running` are the operations that
    /// run, with the milliseconds since their starts.
    pub(super) fn left(&self, running: impl Iterator<Item = (usize, u64)>) -> Option<(u64, usize)> {
        let running = running.map(|(id, passed)| (self.urgency[id] - passed.min(self.expected[id]), id));
        let free = self.free.values().flat_map(BinaryHeap::iter).map(|(urgency, Reverse(id))| (*urgency, *id));
        running.chain(free).max_by_key(|(left, id)| (*left, Reverse(*id)))
    }

    /// Completes an operation and frees those that waited for nothing else.
    pub(super) fn complete(&mut self, id: usize) {
        self.done[id] = Some(Instant::now());
        let free = self.release.complete(&self.dag, id);
        free.into_iter().for_each(|id| self.add(id));
    }

    /// Returns the deletions that may free the name of a creation: those of its kind and name that were still pending when it
    /// started, and that do not depend on it. If there are none, the name is another owner's.
    pub(super) fn conflicting_deletions(
        &self,
        plan: &Plan,
        id: usize,
        started: Instant,
        failed: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let kind = plan.operations[id].resource_kind();
        let deletions =
            plan.operations.iter().filter(|other| other.deletion().is_some() && other.resource_kind() == kind);
        let pending = |other: &usize| {
            self.names.may_free(*other, id) && !failed(*other) && self.done[*other].is_none_or(|done| done >= started)
        };
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
            self.add(id);
        }
        for other in pending {
            self.dag.add_edge(other, id);
        }
        self.requeued.insert(id, why);
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
            let learned = durations.get(&operation.duration_key()).copied();
            learned.unwrap_or_else(|| match operation.kind() {
                OperationKind::Create | OperationKind::Replace | OperationKind::Run | OperationKind::Watch => {
                    u64::from(typical(operation.resource_kind())) * 1000
                }
                OperationKind::Update | OperationKind::Delete | OperationKind::Sleep => 1000,
                OperationKind::Forget => 1,
            })
        })
        .collect()
}
