//! Desired state as a function of the target.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kept, Knowledge, PlanError, Request, Seen, Target};
use crate::resource::Persistence;
use crate::stack::{Address, PausedInputs};

/// What is desired of one resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Desired<'a> {
    /// It exists with these inputs.
    Inputs {
        /// The inputs, with references in them.
        inputs: &'a Value,
        /// Direct dependencies.
        depends_on: &'a BTreeSet<Address>,
        /// Whether it may never be deleted.
        protect: bool,
    },
    /// It stays as it is recorded, even where the declaration has moved on.
    AsRecorded,
    /// It is gone, to come back.
    Asleep,
    /// It is gone.
    Absent,
    /// Nothing is desired of it.
    Ignored,
}

/// What the target desires of one resource, declared or recorded or both.
///
/// A pause touches only what is recorded, and changes nothing but what it must: what it keeps stays as recorded, also
/// where the declaration has moved on since; the next apply or resume brings that.
pub(super) fn desired<'a>(
    request: &'a Request<'_>,
    knowledge: &dyn Knowledge,
    address: &Address,
    kept: &[Kept],
) -> Result<Desired<'a>, PlanError> {
    let declaration = request.declarations.and_then(|declarations| declarations.resources.get(address));
    let recorded = request.snapshot.resources.contains_key(address);
    let traits = knowledge.traits(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))?;
    let as_declared = |inputs: &'a Value| match declaration {
        Some(declaration) => {
            Desired::Inputs { inputs, depends_on: &declaration.depends_on, protect: declaration.protect }
        }
        None => Desired::Absent,
    };
    Ok(match (request.target, declaration) {
        _ if kept.iter().any(|kept| kept.address == *address) => Desired::AsRecorded,
        (Target::Destroyed, _) | (Target::Running, None) => Desired::Absent,
        (Target::Running, Some(declaration)) => as_declared(&declaration.inputs),
        (Target::Paused, _) if !recorded => Desired::Ignored,
        (Target::Paused, None) if traits.persistence == Persistence::Durable => Desired::AsRecorded,
        (Target::Paused, None) => Desired::Absent,
        (Target::Paused, Some(declaration)) => match &declaration.paused {
            PausedInputs::Keep => Desired::AsRecorded,
            PausedInputs::Delete => Desired::Asleep,
            PausedInputs::Reduce(reduced) => as_declared(reduced),
        },
    })
}

/// What stays although the target would have it gone: what holds data and was not named, and what that depends on.
pub(super) fn kept(request: &Request<'_>, knowledge: &dyn Knowledge) -> Result<Vec<Kept>, PlanError> {
    let mut kept: Vec<Kept> = Vec::new();
    if request.target == Target::Paused {
        return Ok(kept);
    }
    for (address, entry) in &request.snapshot.resources {
        let declared = request.declarations.is_some_and(|declarations| declarations.resources.contains_key(address));
        let goes = request.target == Target::Destroyed || !declared;
        let traits = knowledge.traits(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))?;
        if !goes || traits.persistence != Persistence::Durable || request.include_data.contains(address) {
            continue;
        }
        if entry.protect {
            let reason = if declared { "the stack is destroyed" } else { "it is no longer declared" };
            return Err(PlanError::Protected { address: address.clone(), reason: reason.to_owned() });
        }
        if let Some(Seen::There(observed)) = request.observation.get(address)
            && let Some(holds) = &observed.holds
        {
            let reason = format!("holds {holds}; delete it with `ebb destroy --include-data {address}`");
            kept.push(Kept::new(address, reason));
        }
    }
    let mut next = 0;
    while let Some(keeper) = kept.get(next).map(|kept| kept.address.clone()) {
        next += 1;
        let dependencies = request.snapshot.resources.get(&keeper).map(|entry| entry.depends_on.clone());
        for other in dependencies.unwrap_or_default() {
            let recorded = request.snapshot.resources.contains_key(&other);
            if recorded && !kept.iter().any(|kept| kept.address == other) {
                kept.push(Kept::new(&other, format!("{keeper}, which stays, depends on it")));
            }
        }
    }
    Ok(kept)
}
