//! Desired state as a function of the target.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::asleep::{Asleep, on_pause};
use super::capacity::with_bounds;
use super::observation::current_inputs;
use super::rolling_out::with_share;
use super::{Observed, PlanError, Request, job};
use crate::plan::Target;
use crate::record::ResourceRecord;
use crate::resource::{Address, Kind, OnPause, Persistence, Readiness, dependencies, references};
use crate::stack::Declaration;

/// The desired state of one resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Desired<'a> {
    /// It exists with these inputs.
    Inputs {
        /// The inputs, with references in them.
        inputs: Cow<'a, Value>,
        /// The declaration, where the inputs have other bounds of capacity for a while, or the share of a roll-out.
        declared: Option<Cow<'a, Value>>,
        /// Direct dependencies.
        depends_on: &'a BTreeSet<Address>,
        /// Whether it is protected from deletion.
        protect: bool,
    },
    /// It stays as recorded, even where the declaration has moved on.
    AsRecorded,
    /// It is gone until a resume.
    Asleep,
    /// It is gone.
    Absent,
}

/// Returns the desired state of one resource, declared or recorded or both.
///
/// A pause acts on the record alone: whatever the declaration says by now, it puts the same resources to sleep, and changes
/// nothing but what it must.
pub(super) fn desired<'a>(
    request: &'a Request<'_>,
    address: &Address,
    asleep: &Asleep,
    is_retained: bool,
) -> Result<Desired<'a>, PlanError> {
    if is_retained {
        return Ok(Desired::AsRecorded);
    }
    let kind = request.kind(address)?;
    if asleep.leaves(address) {
        return Ok(Desired::AsRecorded);
    }
    Ok(match request.target {
        Target::Destroyed => Desired::Absent,
        Target::Running => match request.declarations.and_then(|declarations| declarations.resources.get(address)) {
            Some(declaration) if asleep.is_paused(address) => while_asleep(request, &*kind, address, declaration),
            Some(declaration)
                if kind.info().is_job
                    && let Some(record) = request.document.resources.get(address)
                    && !request.jobs.runs(address) =>
            {
                let observed = request.observation.get(address);
                let (inputs, declared) = job::as_run(record, observed, &declaration.inputs, kind.info());
                Desired::Inputs {
                    // Its run depends on what it was run with.
                    depends_on: if dependencies(&inputs).is_empty() {
                        &record.depends_on
                    } else {
                        &declaration.depends_on
                    },
                    inputs: Cow::Owned(inputs),
                    declared: Some(Cow::Owned(declared)),
                    protect: declaration.protect,
                }
            }
            Some(declaration) => {
                let bounds = request.capacity.get(address);
                let bounded = bounds.and_then(|bounds| with_bounds(&declaration.inputs, *bounds, kind.info()));
                let bounded = bounded.or_else(|| with_share(&declaration.inputs, address, request, kind.info()));
                Desired::Inputs {
                    declared: bounded.is_some().then_some(Cow::Borrowed(&declaration.inputs)),
                    inputs: bounded.map_or(Cow::Borrowed(&declaration.inputs), Cow::Owned),
                    depends_on: &declaration.depends_on,
                    protect: declaration.protect,
                }
            }
            None => Desired::Absent,
        },
        Target::Paused => match request.document.resources.get(address) {
            // A pause neither stops a job nor runs it.
            Some(_) if kind.info().is_job => Desired::AsRecorded,
            Some(record) => paused(request, &*kind, address, record),
            None => Desired::Absent,
        },
    })
}

/// Returns the desired state of a resource of a running stack while its component is asleep. What is reduced still follows the
/// resources that it refers to, as these are changed meanwhile.
fn while_asleep<'a>(
    request: &'a Request<'_>,
    kind: &dyn Kind,
    address: &Address,
    declaration: &'a Declaration,
) -> Desired<'a> {
    let is_asleep = request.document.resources.get(address).is_none_or(ResourceRecord::is_asleep);
    let reduced = match on_pause(kind, &declaration.inputs) {
        OnPause::Delete => return Desired::Asleep,
        OnPause::Reduce(_) if is_asleep => return Desired::Asleep,
        OnPause::Reduce(reduced) => Some(reduced),
        OnPause::Keep => None,
    };
    Desired::Inputs {
        declared: reduced.is_some().then_some(Cow::Borrowed(&declaration.inputs)),
        inputs: reduced.map_or(Cow::Borrowed(&declaration.inputs), Cow::Owned),
        depends_on: &declaration.depends_on,
        protect: declaration.protect,
    }
}

/// Returns the desired state of a recorded resource while the stack is paused.
fn paused<'a>(request: &'a Request<'_>, kind: &dyn Kind, address: &Address, record: &'a ResourceRecord) -> Desired<'a> {
    let persistence = kind.info().persistence;
    let declaration = record.declaration();
    match on_pause(kind, &declaration) {
        OnPause::Keep => Desired::AsRecorded,
        OnPause::Delete => Desired::Asleep,
        OnPause::Reduce(reduced) => {
            let observed = request.observation.get(address);
            reduce(request, record, observed, persistence, (&declaration, &reduced))
        }
    }
}

/// Returns the desired state of a resource that a pause reduces: the reduced fields as they are while paused, all others as
/// they are now. A pause creates nothing and waits for nothing.
fn reduce<'a>(
    request: &Request<'_>,
    record: &'a ResourceRecord,
    observed: Option<&Observed>,
    persistence: Persistence,
    (declared, reduced): (&Value, &Value),
) -> Desired<'a> {
    match observed {
        _ if record.is_asleep() => return Desired::Asleep,
        Some(Observed::Missing) => return Desired::AsRecorded,
        Some(Observed::Present(live)) => match live.readiness {
            Readiness::Failed(_) | Readiness::Deleting(_) => {
                return if persistence == Persistence::Durable { Desired::AsRecorded } else { Desired::Asleep };
            }
            Readiness::Ready | Readiness::Pending(_) => {}
        },
        None => {}
    }
    let mut inputs = current_inputs(Some(record), observed).into_owned();
    let none = Map::new();
    let (declared, reduced) = (declared.as_object().unwrap_or(&none), reduced.as_object().unwrap_or(&none));
    for name in declared.keys().chain(reduced.keys()) {
        let (running, paused) = (declared.get(name), reduced.get(name).unwrap_or(&Value::Null));
        if running.unwrap_or(&Value::Null) == paused {
            continue;
        }
        // A reduced field that refers to a resource without a record cannot be set.
        let recorded = |address: &Address| request.document.resources.contains_key(address);
        if !references(paused).iter().all(|reference| recorded(&reference.address)) {
            return Desired::AsRecorded;
        }
        if let Some(inputs) = inputs.as_object_mut() {
            inputs.insert(name.clone(), paused.clone());
        }
    }
    Desired::Inputs {
        inputs: Cow::Owned(inputs),
        declared: None,
        depends_on: &record.depends_on,
        protect: record.protect,
    }
}
