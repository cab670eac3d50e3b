//! The decisions made so far, and their consequences for the resources that are decided on later.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::action::Action;
use super::desired::Desired;
use super::giving_way::GivingWay;
use super::possible::{PossibleDependencies, possible_dependencies};
use super::{Observed, Request};
use crate::plan::{Reason, Target};
use crate::record::{Deposed, ResourceRecord};
use crate::resource::{
    Address, Kind, KindInfo, Persistence, Readiness, Reference, Replacement, dependencies, references,
};

/// The decisions made so far.
pub(super) struct Decisions<'a> {
    pub(super) request: &'a Request<'a>,
    /// The resources that are retained although the target would delete them.
    pub(super) retained: &'a BTreeMap<Address, String>,
    /// The resources that give way, so that operations do not wait for each other in a circle.
    pub(super) giving_way: &'a GivingWay,
    /// The dependencies that resources may have besides those recorded, once a plan with deletions asks for them.
    possible: OnceCell<PossibleDependencies>,
    pub(super) actions: BTreeMap<Address, Action>,
    /// The outputs of resources that are created or replaced, as far as they follow from the declaration.
    pub(super) known_outputs: BTreeMap<Address, Map<String, Value>>,
    /// The outputs of the earlier generations that are reused.
    pub(super) reused_outputs: BTreeMap<Address, Map<String, Value>>,
    /// The outputs of resources that are created, replaced or changed, as far as they follow from the new inputs and change with
    /// them; `None` where those are not known yet.
    pub(super) derived_outputs: BTreeMap<Address, BTreeMap<String, Option<Value>>>,
}

impl<'a> Decisions<'a> {
    /// Starts without a decision.
    pub(super) fn new(
        request: &'a Request<'a>,
        retained: &'a BTreeMap<Address, String>,
        giving_way: &'a GivingWay,
    ) -> Self {
        let (actions, known_outputs, reused_outputs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (possible, derived_outputs) = (OnceCell::new(), BTreeMap::new());
        Self { request, retained, giving_way, possible, actions, known_outputs, reused_outputs, derived_outputs }
    }

    /// Notes the outputs of a generation that change with its new inputs.
    pub(super) fn note_derived(&mut self, address: &Address, generation: u32, resolved: &Value, kind: &dyn Kind) {
        let names = &kind.info().derived_outputs;
        if names.is_empty() {
            return;
        }
        let identity = self.request.scope.identity(&self.request.document.lineage, address, generation);
        let known = kind.known_outputs(&identity, resolved).unwrap_or_default();
        let derived = names.iter().map(|name| (name.clone(), known.get(name).cloned())).collect();
        self.derived_outputs.insert(address.clone(), derived);
    }

    /// Returns the action on a resource once the actions on its dependencies are taken into account.
    pub(super) fn escalated(
        &self,
        decided: Option<(Action, Reason)>,
        address: &Address,
        desired: &Desired<'_>,
        record: Option<&ResourceRecord>,
        resolved: Option<&Value>,
        info: &KindInfo,
    ) -> Option<(Action, Reason)> {
        if info.is_job {
            // Its last run stays until the next one has a result.
            return decided;
        }
        let first = Action::Replace(Replacement::DeleteFirst);
        match decided {
            None | Some((Action::Update, _)) if let Some(other) = self.deleted_with(record, resolved, info) => {
                Some((first, Reason::DeletedWith(other)))
            }
            Some((Action::Update, _))
                if info.persistence == Persistence::Ephemeral
                    && let Desired::Inputs { inputs, depends_on, .. } = desired
                    && let Some(other) = self.must_move_with(address, record, inputs, depends_on) =>
            {
                Some((first, Reason::DependencyReplaced(other)))
            }
            Some((Action::Replace(_), reason))
                if self.giving_way.contains(address) || self.must_delete_first(address, record, resolved, info) =>
            {
                Some((first, reason))
            }
            Some((Action::Update, reason)) if self.giving_way.contains(address) && !self.is_durable(address) => {
                Some((first, reason))
            }
            decided => decided,
        }
    }

    /// Returns whether a resource is durable: AWS allows that it refers to one that is gone.
    pub(super) fn is_durable(&self, address: &Address) -> bool {
        self.request.kind(address).is_ok_and(|kind| kind.info().persistence == Persistence::Durable)
    }

    /// Returns whether a replacement has to delete first: by nature, because of a name that stays, or because a dependency
    /// is deleted first and this resource's old generation must be gone before that.
    fn must_delete_first(
        &self,
        address: &Address,
        record: Option<&ResourceRecord>,
        resolved: Option<&Value>,
        info: &KindInfo,
    ) -> bool {
        info.replacement == Replacement::DeleteFirst
            || keeps_unique_name(record, info, resolved)
            || record.is_some_and(|record| {
                self.dependencies(address, record)
                    .any(|other| self.is_deleted_first(other) && !self.only_follows(record, other))
            })
            || self.deleted_with(record, resolved, info).is_some()
    }

    fn is_job(&self, address: &Address) -> bool {
        self.request.kind(address).is_ok_and(|kind| kind.info().is_job)
    }

    pub(super) fn is_deleted_first(&self, address: &Address) -> bool {
        self.actions.get(address).is_some_and(|action| action.deletes_first())
    }

    /// Returns whether a resource refers to another one that is replaced delete-first by nothing but outputs that follow from its
    /// inputs, such as the revision of a method in a deployment: it follows their changes, and does not need the resource.
    pub(super) fn only_follows(&self, record: &ResourceRecord, other: &Address) -> bool {
        let Ok(kind) = self.request.kind(other) else { return false };
        let derived = &kind.info().derived_outputs;
        let references = references(&record.declaration());
        let mut outputs = references.iter().filter(|to| to.address == *other).map(|to| &to.output).peekable();
        !derived.is_empty()
            && self.is_deleted_first(other)
            && outputs.peek().is_some()
            && outputs.all(|output| derived.contains(output))
    }

    /// Returns a dependency that is replaced delete-first and that a resource still uses then. An ephemeral resource cannot be
    /// repointed to the new one in place and must be replaced too. A durable one is updated afterwards, because AWS allows
    /// the dangling reference.
    fn must_move_with(
        &self,
        address: &Address,
        record: Option<&ResourceRecord>,
        inputs: &Value,
        depends_on: &BTreeSet<Address>,
    ) -> Option<Address> {
        self.used_until_deleted(address, record?, inputs, depends_on).next()
    }

    /// Returns the dependencies that are replaced delete-first while a resource that is changed in place still uses them: it
    /// depends on them before and after, so its change comes after the creation. A reference to an output that follows from
    /// the declaration, such as a name, is none that AWS minds.
    fn used_until_deleted(
        &self,
        address: &Address,
        record: &ResourceRecord,
        inputs: &Value,
        depends_on: &BTreeSet<Address>,
    ) -> impl Iterator<Item = Address> {
        let is_kept_on = |other: &Address| depends_on.contains(other) && self.is_deleted_first(other);
        let used: BTreeSet<&Address> = self.dependencies(address, record).filter(|other| is_kept_on(other)).collect();
        let any = !used.is_empty();
        let references = if any { &references(&record.declaration()) | &references(inputs) } else { BTreeSet::new() };
        let possible = self.possible(address).filter(|other| is_kept_on(other)).cloned();
        let minds = |reference: &Reference| {
            let known = self.known_outputs.get(&reference.address);
            known.is_none_or(|known| !known.contains_key(&reference.output))
        };
        let referred = references.into_iter().filter(minds).map(|reference| reference.address);
        let mut others: BTreeSet<Address> = referred.filter(|other| used.contains(other)).chain(possible).collect();
        others.retain(|other| !self.uses_reused(other, &self.possible_inputs(address, record)));
        others.into_iter()
    }

    /// Returns the dependencies that a resource may have besides those recorded.
    fn possible(&self, address: &Address) -> impl Iterator<Item = &Address> {
        let possible =
            self.possible.get_or_init(|| possible_dependencies(self.request.document, self.request.observation));
        possible.get(address).into_iter().flatten()
    }

    /// Returns the direct dependencies of the current generation of a resource: those recorded, and those that it may have.
    pub(super) fn dependencies<'b>(
        &'b self,
        address: &Address,
        record: &'b ResourceRecord,
    ) -> impl Iterator<Item = &'b Address> {
        record.depends_on.iter().chain(self.possible(address))
    }

    /// Returns the inputs that a resource may have: those recorded, those observed, and those of unfinished updates.
    fn possible_inputs<'b>(&'b self, address: &Address, record: &'b ResourceRecord) -> Vec<&'b Value> {
        let observed = match self.request.observation.get(address) {
            Some(Observed::Present(live)) => Some(&live.inputs),
            Some(Observed::Missing) | None => None,
        };
        [&record.inputs].into_iter().chain(observed).chain(&record.attempted).collect()
    }

    /// Returns whether all of these inputs refer to the earlier generation of a resource that is reused: to an output that
    /// the current one does not have.
    fn uses_reused(&self, other: &Address, inputs: &[&Value]) -> bool {
        let (Some(reused), Some(record)) = (self.reused_outputs.get(other), self.request.document.resources.get(other))
        else {
            return false;
        };
        let own = |(name, value): &(&String, &Value)| value.is_string() && record.outputs.get(name) != Some(*value);
        inputs.iter().all(|inputs| reused.iter().filter(own).any(|(_, value)| holds(inputs, value)))
    }

    /// Returns whether an earlier generation uses a resource that is deleted before it is created again. It has to be deleted
    /// before that.
    pub(super) fn uses_deleted_first(&self, deposed: &Deposed) -> bool {
        let goes = |other: &Address| self.is_deleted_first(other) && !self.uses_reused(other, &[&deposed.inputs]);
        deposed.depends_on.iter().any(goes)
    }

    /// Returns a dependency that gives its name to its own replacement, or to another resource, and that this resource, which
    /// is changed in place, would still refer to when it is deleted. AWS refuses that.
    pub(super) fn holds_a_name(
        &self,
        address: &Address,
        record: Option<&ResourceRecord>,
        inputs: &Value,
        depends_on: &BTreeSet<Address>,
    ) -> Option<(Address, String)> {
        let record = record.filter(|record| !record.is_asleep())?;
        self.used_until_deleted(address, record, inputs, depends_on).find_map(|other| {
            let kind = self.request.kind(&other).ok()?;
            let field = kind.info().unique_name_field.as_ref().filter(|_| {
                // Where both cannot exist by nature, AWS lets go of the old one.
                kind.info().replacement == Replacement::CreateFirst
            })?;
            let name = self.request.document.resources.get(&other)?.inputs.get(field)?.as_str()?.to_owned();
            Some((other, name))
        })
    }

    /// Returns the resource with which AWS deletes this one although it is wanted: one that is deleted before it is created
    /// again, at its address or at another.
    fn deleted_with(
        &self,
        record: Option<&ResourceRecord>,
        resolved: Option<&Value>,
        info: &KindInfo,
    ) -> Option<Address> {
        if info.deleted_with.is_empty() || self.request.target != Target::Running {
            return None;
        }
        let record = record.filter(|record| !record.is_asleep())?;
        let (declaration, resolved) = (record.declaration(), resolved?);
        let parents = |field: &String| declaration.get(field).map(dependencies).unwrap_or_default();
        let goes = |field: &String, parent: &Address| {
            let stays_at = || record.inputs.get(field) == resolved.get(field);
            self.is_deleted_first(parent) || self.is_removed(parent) && stays_at()
        };
        let mut deleted =
            info.deleted_with.iter().flat_map(|field| parents(field).into_iter().map(move |p| (field, p)));
        deleted.find(|(field, parent)| goes(field, parent)).map(|(_, parent)| parent)
    }

    /// Returns whether an existing resource is no longer declared and is deleted.
    fn is_removed(&self, address: &Address) -> bool {
        let recorded = self.request.document.resources.get(address);
        let declared = self.request.declarations.is_some_and(|declared| declared.resources.contains_key(address));
        recorded.is_some_and(|record| !record.is_asleep()) && !declared && !self.retained.contains_key(address)
    }

    /// Returns the value of an output, as far as it is known before the plan is executed.
    pub(super) fn output(&self, reference: &Reference) -> Option<Value> {
        let derived = self.derived_outputs.get(&reference.address);
        if let Some(value) = derived.and_then(|derived| derived.get(&reference.output)) {
            return value.clone();
        }
        match self.actions.get(&reference.address) {
            Some(Action::Create | Action::Replace(_)) => {
                let of = |outputs: &BTreeMap<Address, Map<String, Value>>| {
                    outputs.get(&reference.address)?.get(&reference.output).cloned()
                };
                of(&self.reused_outputs).or_else(|| of(&self.known_outputs))
            }
            action => match self.request.observation.get(&reference.address) {
                // A run that is not watched, or has failed, has no outputs: those of the run before it still count.
                Some(Observed::Present(live))
                    if live.readiness == Readiness::Ready
                        || action == Some(&Action::Update)
                        || !self.is_job(&reference.address) =>
                {
                    live.outputs.get(&reference.output).cloned()
                }
                Some(_) | None => self.request.document.output(reference),
            },
        }
        .filter(|value| !value.is_null())
    }
}

/// Returns whether the old and the new generation would have the same unique name, so that both cannot exist at once.
fn keeps_unique_name(record: Option<&ResourceRecord>, info: &KindInfo, resolved: Option<&Value>) -> bool {
    let name = |inputs: &Value| {
        info.unique_name_field.as_ref().and_then(|field| inputs.get(field)?.as_str().map(str::to_owned))
    };
    let old = record.and_then(|record| name(&record.inputs));
    old.is_some() && old == resolved.and_then(name)
}

/// Returns whether a value is somewhere in inputs.
fn holds(inputs: &Value, value: &Value) -> bool {
    inputs == value
        || match inputs {
            Value::Array(members) => members.iter().any(|member| holds(member, value)),
            Value::Object(fields) => fields.values().any(|field| holds(field, value)),
            _ => false,
        }
}
