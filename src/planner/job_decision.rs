//! The decision on a job: it is run once, and again only if it is named.

use serde_json::Value;

use super::action::{Action, present};
use super::decisions::Decisions;
use super::desired::Desired;
use super::job::{Ran, earlier_results, holds_data};
use super::unordered::order_like;
use super::{Observed, PlanError, Request};
use crate::plan::{Kept, NotRun, Operation, Reason, Target, WhyNotRun, diff};
use crate::record::ResourceRecord;
use crate::resource::{Address, KindInfo, Replacement, resolve};
use crate::stack::Declarations;

/// Returns the action on a job and the reason; `None` if there is nothing to do.
pub(super) fn decide_job(
    request: &Request<'_>,
    address: &Address,
    (desired, resolved): (&Desired<'_>, Option<&Value>),
    record: Option<&ResourceRecord>,
    info: &KindInfo,
) -> Result<Option<(Action, Reason)>, PlanError> {
    let observed = request.observation.get(address);
    let Some(record) = record else {
        let is_wanted = matches!(desired, Desired::Inputs { .. });
        return Ok(is_wanted.then_some((Action::Create, Reason::FirstRun)));
    };
    let ran = Ran::of(record, observed);
    Ok(match desired {
        Desired::AsRecorded | Desired::Asleep => None,
        Desired::Absent => Some(match ran {
            Ran::Gone => (Action::Forget, Reason::DeletedOutside),
            Ran::Running(_) => (Action::Delete, Reason::Stopped),
            Ran::Failed(_) | Ran::Done if holds_data(observed) => (Action::Delete, Reason::NotWanted),
            Ran::Failed(_) | Ran::Done => (Action::Forget, Reason::Over),
        }),
        Desired::Inputs { .. } if request.jobs.runs(address) => match ran {
            Ran::Running(_) => return Err(PlanError::StillRunning(address.clone())),
            Ran::Gone => Some((Action::Create, Reason::RunAgain)),
            Ran::Failed(_) | Ran::Done => Some((Action::Replace(Replacement::CreateFirst), Reason::RunAgain)),
        },
        Desired::Inputs { .. } => match ran {
            Ran::Gone | Ran::Failed(_) => None,
            Ran::Running(_) if !request.jobs.watch => None,
            Ran::Running(status) => Some((Action::Update, Reason::Running(status.to_owned()))),
            Ran::Done => match resolved.and_then(|resolved| present(record, observed, resolved, info)) {
                Some((action, Reason::NotReadyYet)) => Some((action, Reason::Ended)),
                decided => decided,
            },
        },
    })
}

/// Returns whether the run that another one replaces keeps its result: it holds data that is not named.
pub(super) fn keeps_its_result(request: &Request<'_>, address: &Address, observed: Option<&Observed>) -> bool {
    holds_data(observed) && !request.include_data.contains(address)
}

/// Returns whether an earlier run of a job can be deleted: it has left nothing, or what it has left was named and the last run has
/// a result in its place.
pub(super) fn may_delete(request: &Request<'_>, address: &Address, record: &ResourceRecord, generation: u32) -> bool {
    let has_result = earlier_results(record).any(|deposed| deposed.generation == generation);
    let is_wanted = request.target == Target::Running
        && request.declarations.is_some_and(|declarations| declarations.resources.contains_key(address));
    let is_replaced =
        !is_wanted || Ran::of(record, request.observation.get(address)) == Ran::Done && !request.jobs.runs(address);
    !has_result || request.include_data.contains(address) && is_replaced
}

/// Returns the jobs that are not run although they are not as declared.
pub(super) fn jobs_not_run(
    request: &Request<'_>,
    declarations: &Declarations,
    decisions: &Decisions<'_>,
) -> Result<Vec<NotRun>, PlanError> {
    let mut not_run = Vec::new();
    for (address, declaration) in &declarations.resources {
        let kind = request.kind(address)?;
        let record = request.document.resources.get(address).filter(|_| kind.info().is_job);
        let Some(record) = record.filter(|_| !request.jobs.runs(address)) else { continue };
        let because = match Ran::of(record, request.observation.get(address)) {
            Ran::Gone => Some(WhyNotRun::Gone),
            Ran::Failed(why) => Some(WhyNotRun::Failed(why.to_owned())),
            Ran::Running(_) if !request.jobs.watch => Some(WhyNotRun::Running),
            Ran::Running(_) | Ran::Done => {
                let mut inputs = resolve(&declaration.inputs, &|reference| decisions.output(reference)).0;
                order_like(&record.inputs, &mut inputs, &kind.info().unordered);
                let changes = diff(&record.inputs, &inputs, &kind.info().replace_on);
                let changes = changes.iter().filter(|change| change.forces_replacement);
                let mut fields: Vec<String> =
                    changes.map(|change| change.field.split('.').next().unwrap_or_default().to_owned()).collect();
                fields.dedup();
                (!fields.is_empty()).then_some(WhyNotRun::Changed { fields })
            }
        };
        not_run.extend(because.map(|because| NotRun { address: address.clone(), because }));
    }
    Ok(not_run)
}

/// Returns the results of earlier runs that a plan keeps, with the reason.
pub(super) fn kept_results(request: &Request<'_>, operations: &[Operation]) -> Result<Vec<Kept>, PlanError> {
    let mut kept = Vec::new();
    if request.target == Target::Paused {
        return Ok(kept);
    }
    let goes = |address: &Address, generation| {
        let mut own = operations.iter().filter(|operation| operation.address == *address);
        own.any(|operation| operation.generation == generation && operation.deletion().is_some())
    };
    for (address, record) in &request.document.resources {
        if !request.kind(address)?.info().is_job {
            continue;
        }
        let replaced = operations.iter().any(|operation| {
            operation.address == *address && operation.creates() && operation.generation != record.generation
        });
        let current = (replaced && holds_data(request.observation.get(address)))
            .then_some((record.generation, record.id.clone()));
        let earlier = earlier_results(record).map(|deposed| (deposed.generation, Some(deposed.id.clone())));
        for (generation, id) in earlier.chain(current).filter(|(generation, _)| !goes(address, *generation)) {
            let how = match request.target {
                Target::Destroyed => format!("`ebb destroy --include-data {address}`"),
                Target::Running | Target::Paused => {
                    format!("`ebb apply --include-data {address}` once a later run has one")
                }
            };
            let reason = format!("run {generation} keeps its result; delete it with {how}");
            kept.push(Kept { address: address.clone(), reason, id });
        }
    }
    Ok(kept)
}
