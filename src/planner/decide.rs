//! The one planner: declared, recorded and observed resources in; a plan out.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{Action, decide_action, unfinished_changes, unrecorded_changes};
use super::asleep::{Asleep, existing, while_asleep};
use super::decisions::Decisions;
use super::dependencies::dependency_order;
use super::desired::{Desired, desired};
use super::generation::next_generation;
use super::giving_way::{Candidate, GivingWay};
use super::in_use::{current_in_use, deposed_in_use, keep_what_they_need};
use super::job::{check_named, holds_data, without_waiting};
use super::job_decision::{decide_job, jobs_not_run, keeps_its_result, kept_results, may_delete};
use super::observation::current_inputs;
use super::ordering::{Unordered, in_order};
use super::renamed::refuse_taken_names;
use super::retained::retained;
use super::unordered::order_like;
use super::{Observed, PlanError, Request, rolling_out};
use crate::plan::{
    Deletion, Effect, Kept, NotRun, Operation, PLAN_FORMAT, Plan, Purpose, Reason, RecordUpdate, Target, Upsert, diff,
    hash_of,
};
use crate::record::ResourceRecord;
use crate::resource::{Address, Persistence, Replacement, resolve};
use crate::stack::Declarations;

/// Makes the plan that leads from the recorded and observed resources to the target.
pub fn plan(request: &Request<'_>) -> Result<Plan, PlanError> {
    let document = request.document;
    if let Some(address) = request.include_data.iter().find(|address| !document.resources.contains_key(*address)) {
        return Err(PlanError::NotRecorded(address.clone()));
    }
    check_named(request)?;
    let (rest, waiting) = without_waiting(request)?.unzip();
    let declared = Request { declarations: rest.as_ref().or(request.declarations), ..*request };
    let (awake, asleep) = while_asleep(&declared)?.unzip();
    let given = Given {
        retained: &retained(request)?,
        waiting: &waiting.unwrap_or_default(),
        asleep: &asleep.unwrap_or_default(),
        declarations: request.declarations.filter(|_| request.target == Target::Running),
    };
    let request = Request { declarations: awake.as_ref().or(declared.declarations), ..declared };
    plan_giving_way(&request, given, &GivingWay::default())
}

/// What follows from a request alone.
#[derive(Clone, Copy)]
struct Given<'a> {
    /// The resources that are retained although the target would delete them.
    retained: &'a BTreeMap<Address, String>,
    /// The resources that wait for the result of a job. They are not among the declarations of the request.
    waiting: &'a [NotRun],
    /// The resources that are asleep, or stay as they are recorded, although the stack runs.
    asleep: &'a Asleep,
    /// All that is declared, if the stack is to run.
    declarations: Option<&'a Declarations>,
}

/// Makes the plan in which some resources give way, so that operations do not wait for each other in a circle.
fn plan_giving_way(request: &Request<'_>, given: Given<'_>, giving_way: &GivingWay) -> Result<Plan, PlanError> {
    let (document, retained) = (request.document, given.retained);
    let decisions = Decisions::new(request, retained, giving_way);
    let mut planner = Planner { request, decisions, asleep: given.asleep, operations: Vec::new(), in_use: Vec::new() };
    let declared = match request.declarations {
        Some(declarations) if request.target == Target::Running => dependency_order(declarations)?,
        _ => Vec::new(),
    };
    let is_declared: BTreeSet<&Address> = declared.iter().copied().collect();
    let undeclared = document.resources.keys().filter(|address| !is_declared.contains(address));
    let mut unchanged = 0;
    let mut records = Vec::new();
    for address in declared.iter().copied().chain(undeclared) {
        let desired = desired(request, address, given.asleep, retained.contains_key(address))?;
        let changed = planner.decide(address, &desired)?;
        if !changed && document.resources.get(address).is_some_and(|record| !record.is_asleep()) {
            unchanged += usize::from(!retained.contains_key(address));
            records.extend(record_update(address, &desired, request));
        }
    }
    planner.delete_deposed()?;
    planner.check()?;
    let mut in_use = std::mem::take(&mut planner.in_use);
    let is_deleted_first = |address: &Address| planner.decisions.is_deleted_first(address);
    keep_what_they_need(request, &mut in_use, &mut planner.operations, &is_deleted_first);
    let operations = match in_order(planner.operations, &planner.decisions, document) {
        Ok(operations) => operations,
        Err(Unordered::Circle(candidates)) => return with_one_more(request, given, giving_way, candidates),
        Err(Unordered::Refused(error)) => return Err(error),
    };
    // The earlier results of a job are listed one by one.
    let is_listed = |address: &Address| {
        holds_data(request.observation.get(address)) || !request.kind(address).is_ok_and(|kind| kind.info().is_job)
    };
    let mut kept: Vec<Kept> = retained
        .iter()
        .filter(|(address, _)| is_listed(address))
        .map(|(address, reason)| {
            let id = document.resources.get(address).and_then(|record| record.id.clone());
            Kept { address: address.clone(), reason: reason.clone(), id }
        })
        .collect();
    kept.extend(in_use);
    kept.extend(kept_results(request, &operations)?);
    let mut not_run = match given.declarations {
        Some(declared) => jobs_not_run(request, declared, &planner.decisions)?,
        None => Vec::new(),
    };
    not_run.extend(given.waiting.iter().cloned());
    let mut plan = Plan {
        format: PLAN_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scope: request.scope.clone(),
        target: request.target,
        lineage: document.lineage.clone(),
        serial: document.serial,
        observation: request.observation_hash.to_owned(),
        operations,
        kept,
        not_run,
        unchanged,
        records,
        outputs: match (request.target, request.declarations) {
            (Target::Running, Some(declared)) => declared.outputs.clone(),
            // A pause and a destroy declare nothing.
            _ => document.outputs.clone(),
        },
        asleep: match request.target {
            Target::Destroyed => BTreeSet::new(),
            Target::Running | Target::Paused => existing(request.asleep(), document, given.declarations),
        },
        key: (document.serial == 0).then(|| document.key.clone()),
        hash: String::new(),
    };
    let staying = declared.into_iter().filter_map(|address| Some((address, why_it_stays(address, request, given)?)));
    refuse_taken_names(&plan, staying, document, request.kinds)?;
    rolling_out::refuse(&plan, request)?;
    plan.hash = hash_of(&plan);
    Ok(plan)
}

/// Returns why a declared resource stays as it was declared before; `None` if it does not.
fn why_it_stays(address: &Address, request: &Request<'_>, given: Given<'_>) -> Option<&'static str> {
    if given.asleep.is_paused(address) {
        return Some("it is asleep, and `ebb resume` wakes it");
    }
    let [planned, declared] = [request.declarations, given.declarations].map(|of| {
        of.and_then(|declarations| declarations.resources.get(address)).map(|declaration| &declaration.inputs)
    });
    (planned != declared).then_some("its change waits for a job, or for what is asleep")
}

/// Makes the plan in which one more resource gives way, the first candidate that may.
fn with_one_more(
    request: &Request<'_>,
    given: Given<'_>,
    giving_way: &GivingWay,
    candidates: Vec<Candidate>,
) -> Result<Plan, PlanError> {
    let names = candidates.iter().map(|candidate| candidate.address.to_string()).collect::<Vec<_>>().join(", ");
    let mut refused = None;
    for candidate in candidates {
        match plan_giving_way(request, given, &giving_way.with(candidate)) {
            Ok(plan) => return Ok(plan),
            // Such as a protected resource, which cannot be replaced.
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    Err(refused.unwrap_or(PlanError::NoOrder(names)))
}

/// Returns the change of the record of a resource that needs no operation. A pause changes no declaration.
fn record_update(address: &Address, desired: &Desired<'_>, request: &Request<'_>) -> Option<RecordUpdate> {
    let Desired::Inputs { inputs, declared, depends_on, protect } = desired else { return None };
    let declared = declared.as_deref().unwrap_or(inputs);
    let record = request.document.resources.get(address)?;
    let redeclared = request.target == Target::Running && !record.declares(declared);
    (redeclared || record.depends_on != **depends_on || record.protect != *protect).then(|| RecordUpdate {
        address: address.clone(),
        depends_on: (*depends_on).clone(),
        protect: *protect,
        declared: redeclared.then(|| declared.clone()),
    })
}

struct Planner<'a> {
    request: &'a Request<'a>,
    decisions: Decisions<'a>,
    /// The resources that are asleep, or stay as they are recorded, although the stack runs.
    asleep: &'a Asleep,
    operations: Vec<Operation>,
    /// The generations that stay because a retained resource uses them.
    in_use: Vec<Kept>,
}

impl<'a> Planner<'a> {
    /// Decides on one resource, after its dependencies were decided on. Returns whether there is an operation.
    fn decide(&mut self, address: &Address, desired: &Desired<'_>) -> Result<bool, PlanError> {
        let record = self.request.document.resources.get(address);
        let observed = self.request.observation.get(address);
        let kind = self.request.kind(address)?;
        let info = kind.info();
        let resolved = match desired {
            Desired::Inputs { inputs, .. } => {
                let mut resolved = resolve(inputs, &|reference| self.decisions.output(reference)).0;
                order_like(&current_inputs(record, observed), &mut resolved, &info.unordered);
                Some(resolved)
            }
            Desired::AsRecorded | Desired::Asleep | Desired::Absent => None,
        };
        let decided = match info.is_job {
            true => decide_job(self.request, address, (desired, resolved.as_ref()), record, info)?,
            false => decide_action(desired, record, observed, resolved.as_ref(), info),
        };
        let decided = self.decisions.escalated(decided, address, desired, record, resolved.as_ref(), info);
        let Some((action, reason)) = decided else { return Ok(false) };
        if let (Action::Update, Desired::Inputs { inputs, depends_on, .. }) = (action, desired)
            && let Some((other, name)) = self.decisions.holds_a_name(address, record, inputs, depends_on)
        {
            return Err(PlanError::NameInUse { address: other, name, user: address.clone() });
        }
        match (desired, resolved) {
            (Desired::Inputs { inputs, declared, depends_on, protect }, Some(resolved)) => {
                let generation = match action {
                    Action::Update => record.map_or(1, |record| record.generation),
                    _ => {
                        let next = next_generation(&self.decisions, address, record, &resolved, &*kind);
                        self.decisions.known_outputs.insert(address.clone(), next.known_outputs);
                        self.decisions
                            .reused_outputs
                            .extend(next.reused_outputs.map(|outputs| (address.clone(), outputs)));
                        next.number
                    }
                };
                self.decisions.note_derived(address, generation, &resolved, &*kind);
                let keeps_old = info.is_job && keeps_its_result(self.request, address, observed)
                    || action == Action::Replace(Replacement::CreateFirst) && self.keeps_in_use(address);
                if let Action::Replace(_) = action
                    && !keeps_old
                {
                    let protected = *protect || record.is_some_and(|record| record.protect);
                    if !info.is_job || holds_data(observed) {
                        self.guard_replacement(address, protected, observed, &reason)?;
                    }
                    self.operations.push(self.deletion(address, record, Purpose::Supersede, Reason::Superseded));
                }
                let creates = action == Action::Create;
                let current = current_inputs(record.filter(|_| !creates), observed);
                let mut changes = diff(&current, &resolved, if creates { &[] } else { &info.replace_on });
                match (&reason, record) {
                    (Reason::Unfinished { .. }, Some(record)) => changes = unfinished_changes(record, &resolved, info),
                    (Reason::Unrecorded { .. }, Some(record)) => changes = unrecorded_changes(record, &resolved, info),
                    _ => {}
                }
                let upsert = Upsert {
                    changes,
                    version: info.version,
                    inputs: inputs.as_ref().clone(),
                    declared: declared.as_deref().cloned(),
                    dependencies: (*depends_on).clone(),
                    protect: *protect,
                };
                let effect = match action {
                    Action::Update => Effect::Update(upsert),
                    Action::Replace(_) => Effect::Replace(upsert),
                    Action::Create | Action::Delete | Action::Sleep | Action::Forget => Effect::Create(upsert),
                };
                self.operations.push(operation(address, generation, reason, effect));
            }
            _ if action == Action::Forget => {
                if reason == Reason::NotWantedAsleep && record.is_some_and(|record| record.protect) {
                    return Err(PlanError::Protected { address: address.clone(), reason: reason.to_string() });
                }
                let generation = record.map_or(1, |record| record.generation);
                self.operations.push(operation(address, generation, reason, Effect::Forget));
            }
            _ => {
                if record.is_some_and(|record| record.protect) {
                    return Err(PlanError::Protected { address: address.clone(), reason: reason.to_string() });
                }
                let purpose = if action == Action::Sleep { Purpose::Sleep } else { Purpose::Remove };
                self.operations.push(self.deletion(address, record, purpose, reason));
            }
        }
        self.decisions.actions.insert(address.clone(), action);
        Ok(true)
    }

    /// Returns whether a retained resource uses the current generation of one that is replaced, which stays then.
    fn keeps_in_use(&mut self, address: &Address) -> bool {
        let found = current_in_use(self.request, self.decisions.retained, address);
        let is_used = found.is_some();
        self.in_use.extend(found);
        is_used
    }

    /// Refuses a replacement that would delete a protected resource, or data that was not named.
    fn guard_replacement(
        &self,
        address: &Address,
        protected: bool,
        observed: Option<&Observed>,
        reason: &Reason,
    ) -> Result<(), PlanError> {
        let (address, reason) = (address.clone(), reason.to_string());
        if protected {
            return Err(PlanError::Protected { address, reason });
        }
        match observed {
            Some(Observed::Present(live)) if !self.request.include_data.contains(&address) => match &live.data {
                Some(data) => Err(PlanError::WouldDeleteData { address, reason, data: data.clone() }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Returns the deletion of the current generation of a resource.
    fn deletion(
        &self,
        address: &Address,
        record: Option<&ResourceRecord>,
        purpose: Purpose,
        reason: Reason,
    ) -> Operation {
        let deletion = Deletion { purpose, include_data: self.request.include_data.contains(address) };
        let generation = record.map_or(1, |record| record.generation);
        operation(address, generation, reason, Effect::Delete(deletion))
    }

    /// Deletes earlier generations that still exist. A pause leaves those that hold data to the next apply.
    fn delete_deposed(&mut self) -> Result<(), PlanError> {
        let created = self.operations.iter().filter(|operation| operation.creates());
        let reused: BTreeSet<(Address, u32)> =
            created.map(|operation| (operation.address.clone(), operation.generation)).collect();
        for (address, record) in &self.request.document.resources {
            let durable = self.request.kind(address)?.info().persistence == Persistence::Durable;
            let is_paused = self.request.target == Target::Paused || self.asleep.is_paused(address);
            if is_paused && durable || self.asleep.leaves(address) {
                continue;
            }
            let include_data = self.request.include_data.contains(address);
            let deletion = Effect::Delete(Deletion { purpose: Purpose::Supersede, include_data });
            let is_job = self.request.kind(address)?.info().is_job;
            let may_go = |generation: &u32| !is_job || may_delete(self.request, address, record, *generation);
            let mut going = Vec::new();
            for deposed in &record.deposed {
                match deposed_in_use(self.request, self.decisions.retained, address, deposed) {
                    Some(found) => self.in_use.push(found),
                    None => going.push(deposed.generation),
                }
            }
            let deposed = going.into_iter().filter(may_go);
            let deleted = deposed.filter(|generation| !reused.contains(&(address.clone(), *generation)));
            self.operations.extend(
                deleted.map(|generation| operation(address, generation, Reason::Deposed(generation), deletion.clone())),
            );
        }
        Ok(())
    }

    /// Returns whether a resource holds no data, by its kind or by its recorded declaration.
    fn holds_nothing(&self, address: &Address) -> bool {
        let Ok(kind) = self.request.kind(address) else { return false };
        let declared = self.request.document.resources.get(address).map(ResourceRecord::declaration);
        declared.is_some_and(|declared| kind.holds_nothing(&declared))
            || kind.info().persistence == Persistence::Ephemeral
    }

    /// Refuses a plan that would delete data in a pause: the planner's own last check.
    fn check(&self) -> Result<(), PlanError> {
        let pauses = |operation: &Operation| {
            self.request.target == Target::Paused
                || self.asleep.is_paused(&operation.address) && operation.puts_to_sleep()
        };
        let deletes_data = |operation: &&Operation| {
            matches!(operation.effect, Effect::Delete(_) | Effect::Replace(_))
                && pauses(operation)
                && !self.holds_nothing(&operation.address)
        };
        match self.operations.iter().find(deletes_data) {
            Some(operation) => Err(PlanError::PauseWouldDelete(operation.address.clone())),
            None => Ok(()),
        }
    }
}

/// Returns an operation that has no place in the order yet.
fn operation(address: &Address, generation: u32, reason: Reason, effect: Effect) -> Operation {
    Operation { id: 0, address: address.clone(), generation, reason, depends_on: Vec::new(), effect }
}
