//! The resources that are retained although the target would delete them.

use std::collections::BTreeMap;

use super::{Observed, PlanError, Request, job};
use crate::plan::Target;
use crate::resource::{Address, Persistence};

/// Returns the resources that the target would delete but that are retained, with the reason: those that hold data and were
/// not named with `--include-data`, and everything that these depend on, unless they are jobs.
pub(super) fn retained(request: &Request<'_>) -> Result<BTreeMap<Address, String>, PlanError> {
    let mut retained = BTreeMap::new();
    let command = match request.target {
        Target::Paused => return Ok(retained),
        Target::Running => "apply",
        Target::Destroyed => "destroy",
    };
    let declared =
        |address| request.declarations.is_some_and(|declarations| declarations.resources.contains_key(address));
    let goes = |address| request.target == Target::Destroyed || !declared(address);
    for (address, record) in &request.document.resources {
        let kind = request.kind(address)?;
        if !goes(address) || kind.info().persistence != Persistence::Durable || request.include_data.contains(address) {
            continue;
        }
        if record.protect {
            let reason = if declared(address) { "the stack is destroyed" } else { "no longer declared" };
            return Err(PlanError::Protected { address: address.clone(), reason: reason.to_owned() });
        }
        if let Some(Observed::Present(live)) = request.observation.get(address)
            && let Some(data) = &live.data
        {
            let reason = format!("holds {data}; delete it with `ebb {command} --include-data {address}`");
            retained.insert(address.clone(), reason);
        } else if kind.info().is_job && job::earlier_results(record).next().is_some()
            // A run that bills is stopped; the results of those before it stay recorded.
            && !matches!(job::Ran::of(record, request.observation.get(address)), job::Ran::Running(_))
        {
            let reason = format!(
                "holds the results of its earlier runs; delete them with `ebb {command} --include-data {address}`"
            );
            retained.insert(address.clone(), reason);
        }
    }
    // The result of a job needs nothing of what the job was run with.
    let is_job = |address: &Address| request.kind(address).is_ok_and(|kind| kind.info().is_job);
    let mut keepers: Vec<Address> = retained.keys().filter(|address| !is_job(address)).cloned().collect();
    while let Some(keeper) = keepers.pop() {
        let Some(record) = request.document.resources.get(&keeper) else { continue };
        for other in &record.depends_on {
            if request.document.resources.contains_key(other) && goes(other) && !retained.contains_key(other) {
                retained.insert(other.clone(), format!("{keeper}, which stays, depends on it"));
                keepers.push(other.clone());
            }
        }
    }
    Ok(retained)
}
