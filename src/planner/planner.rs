//! The one planner: declared, recorded and observed in; a plan out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::plan::{FORMAT, Kept, Operation, OperationKind, Plan, Record, Target, diff, hash_of};
use crate::planner::action::{Fate, Order, judge};
use crate::planner::desired::{Desired, desired, kept};
use crate::planner::ordering::in_order;
use crate::planner::{Graph, GraphError, Observation, Seen};
use crate::record::{Deposed, Entry, Snapshot};
use crate::resource::{
    Address, Kind, KindInfo, Persistence, Reference, Registry, Replacement, Scope, references, resolve,
};
use crate::stack::Declarations;

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is declared; may be missing only for [`Target::Destroyed`].
    pub declarations: Option<&'a Declarations>,
    /// Environment, stack, region, account.
    pub scope: &'a Scope,
    /// What is recorded.
    pub snapshot: &'a Snapshot,
    /// What was observed.
    pub observation: &'a Observation,
    /// Where to go.
    pub target: Target,
    /// The resources whose data may be deleted with them.
    pub include_data: &'a BTreeSet<Address>,
}

/// Why there can be no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Declared resources depend on each other in a circle.
    #[error(transparent)]
    Cycle(#[from] GraphError),
    /// A kind that this version does not know.
    #[error("{0} is recorded, but this ebb knows no kind `{kind}`; use the version that recorded it", kind = .0.kind())]
    UnknownKind(Address),
    /// `--include-data` names what is not there.
    #[error("--include-data names {0}, which is not recorded in this stack; `ebb state list` shows what is")]
    NotRecorded(Address),
    /// What is protected would be deleted.
    #[error(
        "{address} is protected and would be deleted ({reason}); take its protection away in the stack, apply that, and run this again"
    )]
    Protected {
        /// The resource.
        address: Address,
        /// Why it would be deleted.
        reason: String,
    },
    /// A replacement would delete data.
    #[error(
        "replacing {address} ({reason}) would delete {holds}; copy the data and name it with --include-data {address}, or undo that change"
    )]
    WouldDeleteData {
        /// The resource.
        address: Address,
        /// Why it would be replaced.
        reason: String,
        /// What it holds.
        holds: String,
    },
    /// The operations wait for each other in a circle.
    #[error(
        "there is no order in which to change {0}: they wait for each other; apply the changes of one of them first"
    )]
    NoOrder(String),
    /// The planner caught itself: a pause never deletes what holds data.
    #[error("a pause would delete {0}, which holds data: this is a bug in ebb, nothing was changed; please report it")]
    PauseWouldDelete(Address),
}

/// Returns the kind of an address.
pub(super) fn kind_of(kinds: &Registry, address: &Address) -> Result<Arc<dyn Kind>, PlanError> {
    kinds.get(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))
}

/// Makes the plan that leads from what is recorded and observed to the target.
pub fn plan(request: &Request<'_>, kinds: &Registry) -> Result<Plan, PlanError> {
    let snapshot = request.snapshot;
    if let Some(address) = request.include_data.iter().find(|address| !snapshot.resources.contains_key(*address)) {
        return Err(PlanError::NotRecorded(address.clone()));
    }
    let mut planner =
        Planner { request, kinds, fates: BTreeMap::new(), predicted: BTreeMap::new(), operations: Vec::new() };
    let kept = kept(request, kinds)?;
    let mut unchanged = 0;
    let mut records = Vec::new();
    let order = match request.declarations {
        Some(declarations) => {
            Graph::new(declarations.resources.iter().map(|(address, d)| (address, &d.depends_on))).order()?
        }
        None => Vec::new(),
    };
    let declared: BTreeSet<&Address> = order.iter().copied().collect();
    let undeclared = snapshot.resources.keys().filter(|address| !declared.contains(address));
    for address in order.iter().copied().chain(undeclared) {
        let want = desired(request, kinds, address, &kept)?;
        let changed = planner.decide(address, &want)?;
        if !changed && snapshot.resources.get(address).is_some_and(|entry| !entry.is_asleep()) {
            unchanged += usize::from(!kept.contains_key(address));
            records.extend(record(address, &want, request));
        }
    }
    planner.clear_deposed()?;
    planner.check()?;
    let operations = in_order(planner.operations, &planner.fates, &planner.predicted, snapshot)?;
    let outputs =
        request.declarations.map_or_else(|| snapshot.outputs.clone(), |declarations| declarations.outputs.clone());
    let kept = kept.into_iter().map(|(address, reason)| Kept { address, reason }).collect();
    let mut plan = Plan {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scope: request.scope.clone(),
        target: request.target,
        lineage: snapshot.lineage.clone(),
        serial: snapshot.serial,
        observation: request.observation.hash(),
        operations,
        kept,
        unchanged,
        records,
        outputs,
        hash: String::new(),
    };
    plan.hash = hash_of(&plan);
    Ok(plan)
}

/// A change of the record of a resource that needs no operation. A pause changes no declaration.
fn record(address: &Address, want: &Desired<'_>, request: &Request<'_>) -> Option<Record> {
    let Desired::Inputs { inputs, depends_on, protect } = want else { return None };
    let entry = request.snapshot.resources.get(address)?;
    let redeclared = request.target == Target::Running && !entry.declares(inputs);
    (redeclared || entry.depends_on != **depends_on || entry.protect != *protect).then(|| Record {
        address: address.clone(),
        depends_on: (*depends_on).clone(),
        protect: *protect,
        declared: redeclared.then(|| inputs.as_ref().clone()),
    })
}

struct Planner<'a> {
    request: &'a Request<'a>,
    kinds: &'a Registry,
    fates: BTreeMap<Address, Fate>,
    predicted: BTreeMap<Address, Map<String, Value>>,
    operations: Vec<Operation>,
}

impl Planner<'_> {
    /// Decides on one resource, whose dependencies were decided on before; answers whether there is an operation.
    fn decide(&mut self, address: &Address, want: &Desired<'_>) -> Result<bool, PlanError> {
        let snapshot = self.request.snapshot;
        let entry = snapshot.resources.get(address);
        let seen = self.request.observation.get(address);
        let resolved = match want {
            Desired::Inputs { inputs, .. } => Some(resolve(inputs, &|reference| self.output(reference)).0),
            Desired::AsRecorded | Desired::Asleep | Desired::Absent | Desired::Ignored => None,
        };
        let kind = kind_of(self.kinds, address)?;
        let info = kind.info();
        let judged = judge(want, entry, seen, resolved.as_ref(), info);
        let Some((mut fate, mut reason)) = judged else { return Ok(false) };
        if fate == Fate::Update
            && info.persistence == Persistence::Ephemeral
            && let Desired::Inputs { inputs, .. } = want
            && let Some(other) = self.stands_on(entry, inputs)
        {
            fate = Fate::Replace(Order::DeleteFirst);
            reason = format!("it stands on {other}, which is deleted before it is created again");
        }
        let (generation, predicted) = match (fate, &resolved) {
            (Fate::Create | Fate::Replace(_), Some(resolved)) => self.next(address, entry, resolved, &*kind),
            _ => (0, Map::new()),
        };
        if fate == Fate::Replace(Order::CreateFirst) && self.must_delete_first(entry, info, resolved.as_ref()) {
            fate = Fate::Replace(Order::DeleteFirst);
        }
        let base = Operation {
            id: 0,
            address: address.clone(),
            kind: address.kind().to_owned(),
            operation: OperationKind::Create,
            generation: entry.map_or(1, |entry| entry.generation),
            reason: reason.clone(),
            changes: Vec::new(),
            depends_on: Vec::new(),
            inputs: Value::Null,
            dependencies: BTreeSet::new(),
            protect: false,
            sleep: false,
            superseded: false,
            include_data: self.request.include_data.contains(address),
        };
        match fate {
            Fate::Create | Fate::Replace(_) | Fate::Update => {
                let Desired::Inputs { inputs, depends_on, protect } = want else { return Ok(false) };
                let resolved = resolved.unwrap_or_default();
                let current = current_inputs(entry.filter(|_| fate != Fate::Create), seen);
                let replace_on = if fate == Fate::Create { [].as_slice() } else { &info.replace_on };
                let mut forward = Operation {
                    changes: diff(&current, &resolved, replace_on),
                    inputs: inputs.as_ref().clone(),
                    dependencies: (*depends_on).clone(),
                    protect: *protect,
                    include_data: false,
                    ..base.clone()
                };
                match fate {
                    Fate::Update => forward.operation = OperationKind::Update,
                    Fate::Create => forward.generation = generation,
                    _ => {
                        forward.operation = OperationKind::Replace;
                        forward.generation = generation;
                        self.guard_replacement(address, entry, seen, &reason)?;
                        let why = "its replacement takes over".to_owned();
                        let old = Operation { operation: OperationKind::Delete, superseded: true, reason: why, ..base };
                        self.operations.push(old);
                    }
                }
                if fate != Fate::Update {
                    self.predicted.insert(address.clone(), predicted);
                }
                self.operations.push(forward);
            }
            Fate::Delete | Fate::Sleep => {
                if entry.is_some_and(|entry| entry.protect) {
                    return Err(PlanError::Protected { address: address.clone(), reason });
                }
                self.operations.push(Operation {
                    operation: OperationKind::Delete,
                    sleep: fate == Fate::Sleep,
                    ..base
                });
            }
            Fate::Forget => self.operations.push(Operation { operation: OperationKind::Forget, ..base }),
        }
        self.fates.insert(address.clone(), fate);
        Ok(true)
    }

    /// The generation that is created next, and what is certain of its outputs. A generation that was replaced and is
    /// still there is taken up again if it has the very name that the new one will have, or all that cannot be changed
    /// in place: a change that was undone, or rolled back, before the old generation was deleted.
    fn next(
        &self,
        address: &Address,
        entry: Option<&Entry>,
        resolved: &Value,
        kind: &dyn Kind,
    ) -> (u32, Map<String, Value>) {
        let known = |generation| {
            kind.known_outputs(&self.request.scope.identity(address, generation), resolved).unwrap_or_default()
        };
        let generation = self.request.snapshot.next_generation(address);
        let predicted = known(generation);
        let is_it = |deposed: &&Deposed| {
            let forced =
                || diff(&deposed.inputs, resolved, &kind.info().replace_on).iter().any(|c| c.forces_replacement);
            predicted.values().any(|known| known.as_str() == Some(&deposed.id)) || !forced()
        };
        match entry.and_then(|entry| entry.deposed.iter().find(is_it)) {
            Some(again) => {
                let mut certain = known(again.generation);
                certain.extend(again.outputs.as_object().cloned().unwrap_or_default());
                (again.generation, certain)
            }
            None => (generation, predicted),
        }
    }

    /// A replacement creates first unless both cannot exist at once: by nature, by a name that is given and stays, or
    /// since something that it depends on is deleted first and its own old generation must be gone before that.
    fn must_delete_first(&self, entry: Option<&Entry>, info: &KindInfo, resolved: Option<&Value>) -> bool {
        let name = |inputs: &Value| {
            info.unique_name_field.as_deref().and_then(|field| inputs.get(field)?.as_str().map(str::to_owned))
        };
        let old_name = entry.and_then(|entry| name(&entry.inputs));
        info.replacement == Replacement::DeleteFirst
            || (old_name.is_some() && old_name == resolved.and_then(name))
            || entry.is_some_and(|entry| {
                entry.depends_on.iter().any(|other| self.fates.get(other) == Some(&Fate::Replace(Order::DeleteFirst)))
            })
    }

    /// What a resource uses that is deleted first, and refers to again in a way that is not known before: it cannot be
    /// moved over in place. What holds data is, once the new one is there: AWS lets go of what it refers to.
    fn stands_on(&self, entry: Option<&Entry>, inputs: &Value) -> Option<Address> {
        let deleted_first = |other: &Address| self.fates.get(other) == Some(&Fate::Replace(Order::DeleteFirst));
        let used = |other: &Address| entry.is_some_and(|entry| entry.depends_on.contains(other));
        if !entry.is_some_and(|entry| entry.depends_on.iter().any(deleted_first)) {
            return None;
        }
        let again = references(inputs).into_iter().find(|reference| {
            used(&reference.address) && deleted_first(&reference.address) && self.output(reference).is_none()
        });
        again.map(|reference| reference.address)
    }

    fn guard_replacement(
        &self,
        address: &Address,
        entry: Option<&Entry>,
        seen: Option<&Seen>,
        reason: &str,
    ) -> Result<(), PlanError> {
        let reason = reason.to_owned();
        if entry.is_some_and(|entry| entry.protect) {
            return Err(PlanError::Protected { address: address.clone(), reason });
        }
        match seen {
            Some(Seen::There(observed)) if !self.request.include_data.contains(address) => match &observed.data {
                Some(holds) => {
                    Err(PlanError::WouldDeleteData { address: address.clone(), reason, holds: holds.clone() })
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The value of an output, as far as it is known before the plan is carried out.
    fn output(&self, reference: &Reference) -> Option<Value> {
        match self.fates.get(&reference.address) {
            Some(Fate::Create | Fate::Replace(_)) => {
                self.predicted.get(&reference.address)?.get(&reference.output).cloned()
            }
            _ => match self.request.observation.get(&reference.address) {
                Some(Seen::There(observed)) => observed.outputs.get(&reference.output).cloned(),
                Some(Seen::Gone) | None => self.request.snapshot.output(reference),
            },
        }
        .filter(|value| !value.is_null())
    }

    /// Old generations that are still there go. A pause leaves those that hold data to the next apply.
    fn clear_deposed(&mut self) -> Result<(), PlanError> {
        let creates =
            |operation: &&Operation| matches!(operation.operation, OperationKind::Create | OperationKind::Replace);
        let created = self.operations.iter().filter(creates);
        let taken_up: BTreeSet<(Address, u32)> =
            created.map(|operation| (operation.address.clone(), operation.generation)).collect();
        for (address, entry) in &self.request.snapshot.resources {
            let kind = kind_of(self.kinds, address)?;
            let info = kind.info();
            if self.request.target == Target::Paused && info.persistence == Persistence::Durable {
                continue;
            }
            let stays = |generation| taken_up.contains(&(address.clone(), generation));
            let old = entry.deposed.iter().filter(|deposed| !stays(deposed.generation));
            self.operations.extend(old.map(|deposed| Operation {
                id: 0,
                address: address.clone(),
                kind: address.kind().to_owned(),
                operation: OperationKind::Delete,
                generation: deposed.generation,
                reason: format!("generation {} was replaced and is still there", deposed.generation),
                changes: Vec::new(),
                depends_on: Vec::new(),
                inputs: Value::Null,
                dependencies: BTreeSet::new(),
                protect: false,
                sleep: false,
                superseded: true,
                include_data: self.request.include_data.contains(address),
            }));
        }
        Ok(())
    }

    /// The planner's own last look: a pause deletes nothing that holds data.
    fn check(&self) -> Result<(), PlanError> {
        if self.request.target != Target::Paused {
            return Ok(());
        }
        let deletes = |operation: &&Operation| {
            matches!(operation.operation, OperationKind::Delete | OperationKind::Replace)
                && self.kinds.get(&operation.kind).is_none_or(|kind| kind.info().persistence == Persistence::Durable)
        };
        match self.operations.iter().find(deletes) {
            Some(operation) => Err(PlanError::PauseWouldDelete(operation.address.clone())),
            None => Ok(()),
        }
    }
}

/// The inputs that a resource has now: as observed, or as recorded if it is as recorded.
pub(super) fn current_inputs<'a>(entry: Option<&'a Entry>, seen: Option<&'a Seen>) -> Cow<'a, Value> {
    match (entry, seen) {
        (Some(_), Some(Seen::There(observed))) => Cow::Borrowed(&observed.inputs),
        (Some(entry), None) => Cow::Borrowed(&entry.inputs),
        (Some(_), Some(Seen::Gone)) | (None, _) => Cow::Owned(Value::Object(Map::new())),
    }
}
