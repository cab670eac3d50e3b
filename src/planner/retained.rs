//! The resources that are retained although the target would delete them.

use std::collections::BTreeMap;

use super::{Observed, PlanError, Request, job};
use crate::plan::Target;
use crate::record::Deposed;
use crate::resource::{Address, Persistence};
use serde_json::Value;

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

/// A retained resource, and the generation of another one that it uses.
pub(super) struct InUse {
    /// The retained resource.
    pub(super) by: Address,
    /// The id of the generation.
    pub(super) id: String,
}

/// Returns the use that a retained resource makes of the current generation of another one, which a replacement that creates first would
/// delete: its recorded inputs have one of the outputs of that generation. The result of a job uses nothing.
pub(super) fn current_in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
) -> Option<InUse> {
    let record = request.document.resources.get(address)?;
    in_use(request, retained, address, record.id.as_ref()?, &texts(&record.outputs))
}

/// Returns the use that a retained resource makes of an earlier generation of another one. Outputs that the current generation has as well
/// do not tell.
pub(super) fn deposed_in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
    deposed: &Deposed,
) -> Option<InUse> {
    let record = request.document.resources.get(address)?;
    let current = texts(&record.outputs);
    let own: Vec<&str> = texts(&deposed.outputs).into_iter().filter(|text| !current.contains(text)).collect();
    in_use(request, retained, address, &deposed.id, &own)
}

fn in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
    id: &str,
    outputs: &[&str],
) -> Option<InUse> {
    let uses = |keeper: &&Address| {
        let is_job = request.kind(keeper).is_ok_and(|kind| kind.info().is_job);
        let record = request.document.resources.get(*keeper).filter(|_| !is_job && *keeper != address);
        record.is_some_and(|record| {
            record.depends_on.contains(address) && outputs.iter().any(|output| holds_text(&record.inputs, output))
        })
    };
    let by = retained.keys().find(uses)?.clone();
    Some(InUse { by, id: id.to_owned() })
}

fn texts(outputs: &Value) -> Vec<&str> {
    let values = outputs.as_object().into_iter().flat_map(|outputs| outputs.values());
    values.filter_map(Value::as_str).filter(|text| !text.is_empty()).collect()
}

/// Returns whether a text is somewhere in inputs, also as a part of another one.
fn holds_text(inputs: &Value, text: &str) -> bool {
    match inputs {
        Value::String(own) => own.contains(text),
        Value::Array(members) => members.iter().any(|member| holds_text(member, text)),
        Value::Object(fields) => fields.values().any(|field| holds_text(field, text)),
        _ => false,
    }
}
