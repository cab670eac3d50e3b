//! Whether a record is what its target asks for, and what is lacking.

use serde::Serialize;

use super::recorded::Recorded;
use crate::cli::components::only_flags;
use crate::cli::output::count;
use ebbtide::plan::{Operation, Plan, Purpose, Target};
use ebbtide::planner::asleep;
use ebbtide::record::{RunOutcome, StateDocument};
use ebbtide::resource::{Address, Registry};

/// What is lacking to the target of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Incomplete {
    /// The reason, in words.
    pub(super) reason: String,
    /// The resources that the last plan creates and that do not exist.
    pub(super) missing: Vec<Address>,
    /// The resources that the last plan deletes, or puts to sleep, and that still exist.
    pub(super) left: Vec<Address>,
    /// The command that goes on.
    pub(super) next: String,
}

/// Returns what is lacking to the target; `None` if nothing is, or while a command is at work.
pub(super) fn incomplete(stack: &str, recorded: &Recorded, kinds: &Registry) -> Option<Incomplete> {
    let document = &recorded.document;
    if recorded.at_work.is_some() {
        return None;
    }
    let sleeping = asleep(document, &document.asleep, kinds);
    let should_run = |address: &Address| document.target == Target::Running && !sleeping.contains(address);
    let sleepless = document.resources.iter().filter(|(address, record)| record.is_asleep() && should_run(address));
    let sleepless: Vec<Address> = sleepless.map(|(address, _)| address.clone()).collect();
    let (command, reason) = reason(recorded, !sleepless.is_empty())?;
    let plan = recorded.unfinished.as_ref();
    let mut missing = addresses(plan, |operation| is_missing(document, operation));
    missing.extend(sleepless);
    missing.sort();
    missing.dedup();
    let left = addresses(plan, |operation| is_left(document, operation));
    let only = only_flags(&document.asleep);
    let next = match (document.target, command) {
        (Target::Paused, _) => format!("ebb pause {stack}"),
        (Target::Destroyed, _) => format!("ebb destroy {stack}"),
        (Target::Running, "resume") => format!("ebb resume {stack}"),
        (Target::Running, "pause") if !only.is_empty() => format!("ebb pause {stack}{only}"),
        (Target::Running, _) => format!("ebb apply {stack}"),
    };
    Some(Incomplete { reason, missing, left, next })
}

/// Returns the last command, and in words why the target was not reached.
fn reason(recorded: &Recorded, sleeps: bool) -> Option<(&str, String)> {
    let document = &recorded.document;
    if let Some(run) = &document.run {
        let all = run.plan.operations.len();
        let reason = format!(
            "`ebb {}` by {}, started {:.0}, was cut off: {} of {} recorded",
            run.command,
            run.by,
            run.started,
            recorded.done,
            count(all, "operation"),
        );
        return Some((&run.command, reason));
    }
    if let Some(ended) = document.ended.as_ref().filter(|ended| {
        // Records of earlier versions have no run for a change of the target that needs no operations.
        ended.outcome != RunOutcome::Done && document.since <= ended.ended
    }) {
        let mut parts = Vec::new();
        if ended.failed > 0 {
            parts.push(format!("{} failed", count(ended.failed, "operation")));
        }
        if ended.skipped > 0 {
            parts.push(format!("{} not started", ended.skipped));
        }
        let what = match ended.outcome {
            RunOutcome::CutOff => "was cut off",
            RunOutcome::Interrupted => "was interrupted",
            RunOutcome::Failed | RunOutcome::Done => "failed",
        };
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        let reason = format!("`ebb {}` by {} {what} {:.0}{parts}", ended.command, ended.by, ended.ended);
        return Some((&ended.command, reason));
    }
    sleeps.then(|| ("resume", "some of it is still asleep".to_owned()))
}

fn addresses(plan: Option<&Plan>, is_meant: impl Fn(&Operation) -> bool) -> Vec<Address> {
    let operations = plan.into_iter().flat_map(|plan| &plan.operations);
    let mut addresses: Vec<Address> = operations.filter(|o| is_meant(o)).map(|o| o.address.clone()).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// Returns whether an operation creates a resource that does not exist. One that existed and was deleted since is not missing.
fn is_missing(document: &StateDocument, operation: &Operation) -> bool {
    let retired = document.retired.get(&operation.address).copied().unwrap_or(0);
    operation.creates()
        && match document.resources.get(&operation.address) {
            Some(record) => record.is_asleep() || record.generation < operation.generation,
            None => retired < operation.generation,
        }
}

/// Returns whether an operation deletes a resource that still exists.
fn is_left(document: &StateDocument, operation: &Operation) -> bool {
    let Some(record) = document.resources.get(&operation.address) else { return false };
    let exists = !record.is_asleep() && record.generation == operation.generation;
    match operation.deletion().map(|deletion| deletion.purpose) {
        Some(Purpose::Remove | Purpose::Sleep) => exists,
        Some(Purpose::Supersede) => record.deposed.iter().any(|old| old.generation == operation.generation),
        None => false,
    }
}
