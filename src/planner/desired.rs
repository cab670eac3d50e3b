//! Desired state as a function of the target.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::plan::Target;
use crate::planner::planner::{current_inputs, kind_of};
use crate::planner::{PlanError, Request, Seen};
use crate::record::Entry;
use crate::resource::{Address, OnPause, Persistence, Readiness, Registry, references};

/// What is desired of one resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Desired<'a> {
    /// It exists with these inputs.
    Inputs {
        /// The inputs, with references in them.
        inputs: Cow<'a, Value>,
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
    kinds: &Registry,
    address: &Address,
    kept: &BTreeMap<Address, String>,
) -> Result<Desired<'a>, PlanError> {
    let declaration = request.declarations.and_then(|declarations| declarations.resources.get(address));
    let recorded = request.snapshot.resources.get(address);
    let kind = kind_of(kinds, address)?;
    Ok(match (request.target, declaration) {
        _ if kept.contains_key(address) => Desired::AsRecorded,
        (Target::Destroyed, _) | (Target::Running, None) => Desired::Absent,
        (Target::Running, Some(declaration)) => Desired::Inputs {
            inputs: Cow::Borrowed(&declaration.inputs),
            depends_on: &declaration.depends_on,
            protect: declaration.protect,
        },
        (Target::Paused, None) if kind.info().persistence == Persistence::Durable => Desired::AsRecorded,
        (Target::Paused, None) => Desired::Absent,
        (Target::Paused, Some(declaration)) => match (recorded, &declaration.paused) {
            (None, _) => Desired::Ignored,
            (Some(_), OnPause::Keep) => Desired::AsRecorded,
            (Some(_), OnPause::Delete) => Desired::Asleep,
            (Some(entry), OnPause::Reduce(reduced)) => {
                let seen = request.observation.get(address);
                reduce(request, entry, seen, kind.info().persistence, (&declaration.inputs, reduced))
            }
        },
    })
}

/// What a pause desires of what it reduces: the fields that it reduces as they are while paused, all others as they are
/// now. It creates nothing and waits for nothing, so that a declaration that has moved on never stands in its way.
fn reduce<'a>(
    request: &Request<'_>,
    entry: &'a Entry,
    seen: Option<&Seen>,
    persistence: Persistence,
    (declared, reduced): (&Value, &Value),
) -> Desired<'a> {
    match seen {
        _ if entry.is_asleep() => return Desired::Asleep,
        Some(Seen::Gone) => return Desired::AsRecorded,
        Some(Seen::There(observed)) => match observed.readiness {
            Readiness::Failed(_) | Readiness::Deleting(_) => {
                return if persistence == Persistence::Durable { Desired::AsRecorded } else { Desired::Asleep };
            }
            Readiness::Ready | Readiness::Pending(_) => {}
        },
        None => {}
    }
    let mut inputs = current_inputs(Some(entry), seen).into_owned();
    let none = Map::new();
    let (declared, reduced) = (declared.as_object().unwrap_or(&none), reduced.as_object().unwrap_or(&none));
    for name in declared.keys().chain(reduced.keys()) {
        let (running, paused) = (declared.get(name), reduced.get(name).unwrap_or(&Value::Null));
        if running.unwrap_or(&Value::Null) == paused {
            continue;
        }
        let recorded = |other: &Address| request.snapshot.resources.contains_key(other);
        if !references(paused).iter().all(|reference| recorded(&reference.address)) {
            return Desired::AsRecorded;
        }
        if let Some(inputs) = inputs.as_object_mut() {
            inputs.insert(name.clone(), paused.clone());
        }
    }
    Desired::Inputs { inputs: Cow::Owned(inputs), depends_on: &entry.depends_on, protect: entry.protect }
}

/// What stays although the target would have it gone, with the reason: what holds data and was not named, and what of
/// all that would go as well it depends on.
pub(super) fn kept(request: &Request<'_>, kinds: &Registry) -> Result<BTreeMap<Address, String>, PlanError> {
    let mut kept = BTreeMap::new();
    let command = match request.target {
        Target::Paused => return Ok(kept),
        Target::Running => "apply",
        Target::Destroyed => "destroy",
    };
    let declared =
        |address| request.declarations.is_some_and(|declarations| declarations.resources.contains_key(address));
    let goes = |address| request.target == Target::Destroyed || !declared(address);
    for (address, entry) in &request.snapshot.resources {
        let kind = kind_of(kinds, address)?;
        if !goes(address) || kind.info().persistence != Persistence::Durable || request.include_data.contains(address) {
            continue;
        }
        if entry.protect {
            let reason = if declared(address) { "the stack is destroyed" } else { "it is no longer declared" };
            return Err(PlanError::Protected { address: address.clone(), reason: reason.to_owned() });
        }
        if let Some(Seen::There(observed)) = request.observation.get(address)
            && let Some(holds) = &observed.data
        {
            let reason = format!("holds {holds}; delete it with `ebb {command} --include-data {address}`");
            kept.insert(address.clone(), reason);
        }
    }
    let mut keepers: Vec<Address> = kept.keys().cloned().collect();
    while let Some(keeper) = keepers.pop() {
        let Some(entry) = request.snapshot.resources.get(&keeper) else { continue };
        for other in &entry.depends_on {
            if request.snapshot.resources.contains_key(other) && goes(other) && !kept.contains_key(other) {
                kept.insert(other.clone(), format!("{keeper}, which stays, depends on it"));
                keepers.push(other.clone());
            }
        }
    }
    Ok(kept)
}
