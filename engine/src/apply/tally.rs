//! The results of a plan's operations.

use super::Longest;
use crate::sdk::{Error, ErrorKind};
use ebbtide::plan::{Operation, Plan, Summary};
use ebbtide::resource::Address;

/// The result of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OperationResult {
    Done,
    Failed,
    Interrupted,
}

/// The results of a plan's operations.
pub(super) struct Tally {
    pub(super) results: Vec<Option<OperationResult>>,
    pub(super) summary: Summary,
    pub(super) took: Vec<Longest>,
    /// Whether a creation may have happened unseen, so that the run must stay open.
    pub(super) uncertain: bool,
    /// The resources whose operations failed for lack of capacity.
    pub(super) no_capacity: Vec<Address>,
}

impl Tally {
    pub(super) fn new(plan: &Plan) -> Self {
        let results = vec![None; plan.operations.len()];
        Self { results, summary: Summary::default(), took: Vec::new(), uncertain: false, no_capacity: Vec::new() }
    }

    pub(super) fn done(&mut self, operation: &Operation, took_ms: u64) {
        self.results[operation.id] = Some(OperationResult::Done);
        self.summary.count(operation);
        self.took.push(Longest { address: operation.address.clone(), operation: operation.kind(), took_ms });
    }

    pub(super) fn failed(&mut self, operation: &Operation, error: &Error) {
        self.results[operation.id] = Some(OperationResult::Failed);
        if error.kind == ErrorKind::Capacity {
            self.no_capacity.push(operation.address.clone());
        }
    }

    pub(super) fn interrupted(&mut self, id: usize) {
        self.results[id] = Some(OperationResult::Interrupted);
    }

    /// Returns whether an operation failed.
    pub(super) fn has_failed(&self, id: usize) -> bool {
        self.results[id] == Some(OperationResult::Failed)
    }

    /// Counts the operations with a result.
    pub(super) fn count(&self, result: OperationResult) -> usize {
        self.results.iter().filter(|other| **other == Some(result)).count()
    }

    /// Returns whether every operation of the plan is done.
    pub(super) fn all_done(&self) -> bool {
        self.count(OperationResult::Done) == self.results.len()
    }

    /// Counts the operations that were not started, or were interrupted.
    pub(super) fn skipped(&self) -> usize {
        self.results.len() - self.count(OperationResult::Done) - self.count(OperationResult::Failed)
    }
}
