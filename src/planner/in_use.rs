//! The generations that stay because what stays uses them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Request;
use crate::plan::{Kept, Operation};
use crate::record::Deposed;
use crate::resource::Address;

/// Returns the current generation of a resource if a retained one uses it: the recorded inputs of that one have one of the outputs of
/// this generation. A replacement that creates first would delete it. The result of a job uses nothing.
pub(super) fn current_in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
) -> Option<Kept> {
    let record = request.document.resources.get(address)?;
    in_use(request, retained, address, record.id.as_ref()?, &texts(&record.outputs))
}

/// Returns an earlier generation of a resource if a retained one uses it. Outputs that the current generation has as well do not tell.
pub(super) fn deposed_in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
    deposed: &Deposed,
) -> Option<Kept> {
    let record = request.document.resources.get(address)?;
    in_use(request, retained, address, &deposed.id, &own_texts(deposed, &record.outputs))
}

fn in_use(
    request: &Request<'_>,
    retained: &BTreeMap<Address, String>,
    address: &Address,
    id: &str,
    outputs: &[&str],
) -> Option<Kept> {
    let uses = |keeper: &&Address| {
        let is_job = request.kind(keeper).is_ok_and(|kind| kind.info().is_job);
        let record = request.document.resources.get(*keeper).filter(|_| !is_job && *keeper != address);
        record.is_some_and(|record| {
            record.depends_on.contains(address) && outputs.iter().any(|output| holds_text(&record.inputs, output))
        })
    };
    let by = retained.keys().find(uses)?;
    let reason = format!("{by}, which stays, uses this earlier one; it goes when that goes");
    Some(Kept { address: address.clone(), reason, id: Some(id.to_owned()) })
}

/// Takes the deletions of what the generations in use need themselves out of the operations, as AWS would refuse them, and adds what they
/// would delete to those generations. What is deleted before it is created again is left: both cannot exist.
pub(super) fn keep_what_they_need(
    request: &Request<'_>,
    in_use: &mut Vec<Kept>,
    operations: &mut Vec<Operation>,
    is_deleted_first: &dyn Fn(&Address) -> bool,
) {
    let mut next = 0;
    while let Some(user) = in_use.get(next) {
        next += 1;
        let by = user.address.clone();
        let is_job = request.kind(&by).is_ok_and(|kind| kind.info().is_job);
        let Some(generation) = Generation::of(request, user).filter(|_| !is_job) else { continue };
        operations.retain(|operation| {
            let needed = needed_by(&generation, operation, request)
                .filter(|_| operation.deletion().is_some() && !is_deleted_first(&operation.address));
            let stays = needed.is_some();
            in_use.extend(needed.map(|id| {
                let reason = format!("{by}, of which an earlier one stays, uses it; it goes when that goes");
                Kept { address: operation.address.clone(), reason, id: Some(id.to_owned()) }
            }));
            !stays
        });
    }
}

/// A generation of a resource, as far as it uses others.
struct Generation<'a> {
    inputs: &'a Value,
    depends_on: &'a BTreeSet<Address>,
}

impl<'a> Generation<'a> {
    fn of(request: &Request<'a>, kept: &Kept) -> Option<Self> {
        let record = request.document.resources.get(&kept.address)?;
        if record.id == kept.id {
            return Some(Self { inputs: &record.inputs, depends_on: &record.depends_on });
        }
        let deposed = record.deposed.iter().find(|deposed| kept.id.as_ref() == Some(&deposed.id))?;
        Some(Self { inputs: &deposed.inputs, depends_on: &deposed.depends_on })
    }
}

/// Returns the id of the generation that an operation is about, if another one uses it.
fn needed_by<'a>(user: &Generation<'_>, operation: &Operation, request: &Request<'a>) -> Option<&'a str> {
    let record = request.document.resources.get(&operation.address)?;
    let deposed = record.deposed.iter().find(|deposed| deposed.generation == operation.generation);
    let (id, outputs) = match deposed {
        Some(deposed) => (&deposed.id, own_texts(deposed, &record.outputs)),
        None => (record.id.as_ref()?, texts(&record.outputs)),
    };
    let uses =
        user.depends_on.contains(&operation.address) && outputs.iter().any(|output| holds_text(user.inputs, output));
    uses.then_some(id.as_str())
}

/// Returns the texts in the outputs of an earlier generation that the current one does not have.
fn own_texts<'a>(deposed: &'a Deposed, current: &Value) -> Vec<&'a str> {
    let current = texts(current);
    texts(&deposed.outputs).into_iter().filter(|text| !current.contains(text)).collect()
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
