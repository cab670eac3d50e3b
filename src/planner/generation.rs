//! The generation that a creation brings.

use serde_json::{Map, Value};

use super::decisions::Decisions;
use crate::plan::diff;
use crate::record::{Deposed, ResourceRecord};
use crate::resource::{Address, Kind};

/// The generation that a creation brings.
pub(super) struct NextGeneration {
    /// Its number.
    pub(super) number: u32,
    /// Its outputs, as far as they follow from the declaration.
    pub(super) known_outputs: Map<String, Value>,
    /// Its outputs, if it is an earlier generation that is reused.
    pub(super) reused_outputs: Option<Map<String, Value>>,
}

/// Returns the generation to create. Reuses a deposed generation if it already has the name that the new one would get, or
/// equal immutable fields: a change that was undone, or rolled back, before the old generation was deleted. One that uses a
/// resource which is deleted before it is created again is in the way of that deletion, so it is not reused. Nor is any if the
/// resource is created anew, so that operations do not wait for each other in a circle.
pub(super) fn next_generation(
    decisions: &Decisions<'_>,
    address: &Address,
    record: Option<&ResourceRecord>,
    resolved: &Value,
    kind: &dyn Kind,
) -> NextGeneration {
    let request = decisions.request;
    let known = |generation| {
        let identity = request.scope.identity(&request.document.lineage, address, generation);
        kind.known_outputs(&identity, resolved).unwrap_or_default()
    };
    let number = request.document.next_generation(address);
    let known_outputs = known(number);
    let reusable = |deposed: &&Deposed| {
        let forced = || diff(&deposed.inputs, resolved, &kind.info().replace_on).iter().any(|c| c.forces_replacement);
        let has_name = || known_outputs.values().any(|output| output.as_str() == Some(&deposed.id));
        (has_name() || !forced())
            && !decisions.uses_deleted_first(deposed)
            && !decisions.giving_way.is_created_anew(address)
            // A job that is run again is another run.
            && !kind.info().is_job
    };
    match record.and_then(|record| record.deposed.iter().find(reusable)) {
        Some(deposed) => NextGeneration {
            number: deposed.generation,
            known_outputs: known(deposed.generation),
            reused_outputs: Some(deposed.outputs.as_object().cloned().unwrap_or_default()),
        },
        None => NextGeneration { number, known_outputs, reused_outputs: None },
    }
}
