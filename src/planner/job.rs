//! Jobs: what became of their runs, and the inputs that they were run with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::observation::current_inputs;
use super::{Observed, PlanError, Request, hold_back};
use crate::plan::{NotRun, Target, WhyNotRun};
use crate::record::{Deposed, ResourceRecord};
use crate::resource::{KindInfo, Readiness};
use crate::stack::Declarations;

/// What became of the last run of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran<'a> {
    /// AWS does not have it any more.
    Gone,
    /// It is running; the status in AWS's words.
    Running(&'a str),
    /// It failed, or was stopped; the reason in AWS's words.
    Failed(&'a str),
    /// It has a result.
    Done,
}

impl<'a> Ran<'a> {
    /// Returns what became of the last run.
    pub(super) fn of(record: &ResourceRecord, observed: Option<&'a Observed>) -> Self {
        match observed {
            _ if record.is_asleep() => Self::Gone,
            Some(Observed::Missing) => Self::Gone,
            Some(Observed::Present(live)) => match &live.readiness {
                Readiness::Ready => Self::Done,
                Readiness::Pending(status) => Self::Running(status),
                Readiness::Failed(why) | Readiness::Deleting(why) => Self::Failed(why),
            },
            None if record.pending => Self::Running("not read"),
            None => Self::Done,
        }
    }
}

/// Returns whether a resource holds data.
pub(super) fn holds_data(observed: Option<&Observed>) -> bool {
    matches!(observed, Some(Observed::Present(live)) if live.data.is_some())
}

/// Returns the inputs of a job that is not run again, and its declaration: what makes up its run stays as it was, the rest is as
/// declared.
pub(super) fn as_run(
    record: &ResourceRecord,
    observed: Option<&Observed>,
    declared: &Value,
    info: &KindInfo,
) -> (Value, Value) {
    let with_run_of = |other: &Value| {
        let mut inputs = declared.clone();
        if let Some(fields) = inputs.as_object_mut() {
            for name in &info.replace_on {
                match other.get(name) {
                    Some(value) => drop(fields.insert(name.clone(), value.clone())),
                    None => drop(fields.remove(name)),
                }
            }
        }
        inputs
    };
    (with_run_of(&current_inputs(Some(record), observed)), with_run_of(&record.declaration()))
}

/// Returns the earlier runs of a job whose results still exist. The record has the outputs of an earlier run until a later one
/// has some, so outputs that are there before belong to the earlier run.
pub(super) fn earlier_results(record: &ResourceRecord) -> impl Iterator<Item = &Deposed> {
    record.deposed.iter().filter(|deposed| {
        let before = record.deposed.iter().filter(|other| other.generation < deposed.generation);
        !deposed.outputs.is_null() && !before.clone().any(|other| other.outputs == deposed.outputs)
    })
}

/// Returns the declarations without what waits for the result of a job that has none, and the resources that wait; `None` if
/// there are no such jobs.
pub(super) fn without_waiting(request: &Request<'_>) -> Result<Option<(Declarations, Vec<NotRun>)>, PlanError> {
    let Some(declarations) = request.declarations.filter(|_| request.target == Target::Running) else {
        return Ok(None);
    };
    let (mut rest, mut waiting) = (None, Vec::new());
    for address in declarations.resources.keys() {
        let (Some(record), true) = (request.document.resources.get(address), request.kind(address)?.info().is_job)
        else {
            continue;
        };
        let will_have = match Ran::of(record, request.observation.get(address)) {
            Ran::Done => true,
            Ran::Running(_) => request.jobs.watch,
            Ran::Gone | Ran::Failed(_) => false,
        };
        // The outputs of an earlier run still count.
        if will_have || request.jobs.runs(address) || !record.outputs.is_null() {
            continue;
        }
        let without =
            hold_back(rest.as_ref().unwrap_or(declarations), request.document, &BTreeSet::from([address.clone()]));
        let (without, held) = without.map_err(|problems| PlanError::NoResult {
            job: address.clone(),
            problem: problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        })?;
        rest = Some(without);
        let held = held.into_iter().filter(|held| held != address);
        waiting.extend(held.map(|held| NotRun { address: held, because: WhyNotRun::WaitsFor(address.clone()) }));
    }
    Ok(rest.map(|rest| (rest, waiting)))
}

/// Refuses to run again what is no declared job.
pub(super) fn check_named(request: &Request<'_>) -> Result<(), PlanError> {
    for address in request.jobs.run.into_iter().flatten() {
        let declared = request.declarations.filter(|_| request.target == Target::Running);
        let is_declared = declared.is_some_and(|declared| declared.resources.contains_key(address));
        if !is_declared || !request.kind(address)?.info().is_job {
            return Err(PlanError::NotAJob(address.clone()));
        }
    }
    Ok(())
}
