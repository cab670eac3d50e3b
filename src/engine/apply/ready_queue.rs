//! Which operations may begin: those that wait for nothing, most urgent first.

use crate::resource::Registry;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use tokio::time::Instant;

use crate::engine::apply::priority::longest_remaining;
use crate::engine::sdk::Error;
use crate::plan::{OperationKind, Plan};

/// The operations of a plan that have not begun, by their ids.
pub(super) struct Queue {
    urgency: Vec<u64>,
    /// How many others each waits for.
    waits: Vec<usize>,
    /// Which others wait for each.
    after: Vec<Vec<usize>>,
    free: BinaryHeap<(u64, Reverse<usize>)>,
    done: Vec<Option<Instant>>,
    /// Those that are begun again once what stands in their way is deleted, and what AWS said of it.
    put_back: BTreeMap<usize, Box<Error>>,
}

impl Queue {
    /// All operations of a plan, with how long such operations took before.
    pub(super) fn new(plan: &Plan, durations: &BTreeMap<String, u64>, kinds: &Registry) -> Self {
        let urgency = longest_remaining(plan, durations, kinds);
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); plan.operations.len()];
        for operation in &plan.operations {
            for before in &operation.depends_on {
                after[*before].push(operation.id);
            }
        }
        let waits: Vec<usize> = plan.operations.iter().map(|operation| operation.depends_on.len()).collect();
        let free = (0..waits.len()).filter(|id| waits[*id] == 0).map(|id| (urgency[id], Reverse(id))).collect();
        let done = vec![None; waits.len()];
        Self { urgency, waits, after, free, done, put_back: BTreeMap::new() }
    }

    /// The most urgent of those that wait for nothing.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.free.pop().map(|(_, Reverse(id))| id)
    }

    /// An operation is done: what waited for nothing else is free.
    pub(super) fn done(&mut self, id: usize) {
        self.done[id] = Some(Instant::now());
        for next in &self.after[id] {
            self.waits[*next] -= 1;
            if self.waits[*next] == 0 {
                self.free.push((self.urgency[*next], Reverse(*next)));
            }
        }
    }

    /// Which deletions that were not over when a creation began may make room for it: those of its kind that do not wait
    /// for it themselves.
    pub(super) fn may_make_room(
        &self,
        plan: &Plan,
        id: usize,
        begun: Instant,
        failed: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let kind = &plan.operations[id].kind;
        let deletions = plan.operations.iter().filter(|o| o.operation == OperationKind::Delete && o.kind == *kind);
        let not_over = |id: &usize| !failed(*id) && self.done[*id].is_none_or(|done| done >= begun);
        let mut deletions: Vec<usize> = deletions.map(|operation| operation.id).filter(not_over).collect();
        if !deletions.is_empty() {
            let behind = self.behind(id);
            deletions.retain(|deletion| !behind.contains(deletion));
        }
        deletions
    }

    /// Puts an operation behind others: it is free again when they are done.
    pub(super) fn put_back(&mut self, id: usize, others: &[usize], why: Box<Error>) {
        let to_come: Vec<usize> = others.iter().copied().filter(|other| self.done[*other].is_none()).collect();
        self.waits[id] += to_come.len();
        if to_come.is_empty() {
            self.free.push((self.urgency[id], Reverse(id)));
        }
        for other in to_come {
            self.after[other].push(id);
        }
        self.put_back.insert(id, why);
    }

    /// Whether an operation was put back before.
    pub(super) fn was_put_back(&self, id: usize) -> bool {
        self.put_back.contains_key(&id)
    }

    /// What was put back and never became free again, with what AWS had said.
    pub(super) fn never_free(self) -> Vec<(usize, Box<Error>)> {
        let Self { waits, put_back, .. } = self;
        put_back.into_iter().filter(|(id, _)| waits[*id] > 0).collect()
    }

    /// All that wait for an operation, or for something that waits for it.
    fn behind(&self, id: usize) -> BTreeSet<usize> {
        let (mut behind, mut next) = (BTreeSet::new(), vec![id]);
        while let Some(id) = next.pop() {
            next.extend(self.after[id].iter().filter(|id| behind.insert(**id)));
        }
        behind
    }
}
