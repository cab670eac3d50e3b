//! The generation that a creation brings, and how a replacement is ordered.

use serde_json::{Map, Value};

use super::Request;
use crate::plan::diff;
use crate::record::{Deposed, ResourceRecord};
use crate::resource::{Address, Kind, KindInfo};

/// Returns the generation to create and its known outputs. Reuses a deposed generation if it already has the name that the
/// new one would get, or equal immutable fields: a change that was undone, or rolled back, before the old generation was
/// deleted.
pub(super) fn next_generation(
    request: &Request<'_>,
    address: &Address,
    record: Option<&ResourceRecord>,
    resolved: &Value,
    kind: &dyn Kind,
) -> (u32, Map<String, Value>) {
    let known = |generation| {
        let identity = request.scope.identity(&request.document.lineage, address, generation);
        kind.known_outputs(&identity, resolved).unwrap_or_default()
    };
    let generation = request.document.next_generation(address);
    let outputs = known(generation);
    let reusable = |deposed: &&Deposed| {
        let forced = || diff(&deposed.inputs, resolved, &kind.info().replace_on).iter().any(|c| c.forces_replacement);
        outputs.values().any(|output| output.as_str() == Some(&deposed.id)) || !forced()
    };
    match record.and_then(|record| record.deposed.iter().find(reusable)) {
        Some(deposed) => {
            let mut outputs = known(deposed.generation);
            outputs.extend(deposed.outputs.as_object().cloned().unwrap_or_default());
            (deposed.generation, outputs)
        }
        None => (generation, outputs),
    }
}

/// Returns whether the old and the new generation would have the same unique name, so that both cannot exist at once.
pub(super) fn keeps_unique_name(record: Option<&ResourceRecord>, info: &KindInfo, resolved: Option<&Value>) -> bool {
    let name = |inputs: &Value| {
        info.unique_name_field.as_ref().and_then(|field| inputs.get(field)?.as_str().map(str::to_owned))
    };
    let old = record.and_then(|record| name(&record.inputs));
    old.is_some() && old == resolved.and_then(name)
}
