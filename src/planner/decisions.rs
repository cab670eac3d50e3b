//! The decisions made so far, and their consequences for the resources that are decided on later.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::action::Action;
use super::desired::Desired;
use super::generation::keeps_unique_name;
use super::{Observed, Request};
use crate::plan::{Reason, Target};
use crate::record::ResourceRecord;
use crate::resource::{Address, KindInfo, Persistence, Reference, Replacement, dependencies, references};

/// The decisions made so far.
pub(super) struct Decisions<'a> {
    pub(super) request: &'a Request<'a>,
    /// The resources that are retained although the target would delete them.
    pub(super) retained: &'a BTreeMap<Address, String>,
    /// The resources that give way, so that operations do not wait for each other in a circle.
    pub(super) giving_way: &'a BTreeSet<Address>,
    pub(super) actions: BTreeMap<Address, Action>,
    /// The known outputs of resources that are created or replaced.
    pub(super) known_outputs: BTreeMap<Address, Map<String, Value>>,
}

impl<'a> Decisions<'a> {
    /// Starts without a decision.
    pub(super) fn new(
        request: &'a Request<'a>,
        retained: &'a BTreeMap<Address, String>,
        giving_way: &'a BTreeSet<Address>,
    ) -> Self {
        Self { request, retained, giving_way, actions: BTreeMap::new(), known_outputs: BTreeMap::new() }
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
        let first = Action::Replace(Replacement::DeleteFirst);
        match decided {
            None | Some((Action::Update, _)) if let Some(other) = self.deleted_with(record, resolved, info) => {
                Some((first, Reason::DeletedWith(other)))
            }
            Some((Action::Update, _))
                if info.persistence == Persistence::Ephemeral
                    && let Desired::Inputs { inputs, .. } = desired
                    && let Some(other) = self.must_move_with(record, inputs) =>
            {
                Some((first, Reason::DependencyReplaced(other)))
            }
            Some((Action::Replace(_), reason))
                if self.giving_way.contains(address) || self.must_delete_first(record, resolved, info) =>
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
    fn must_delete_first(&self, record: Option<&ResourceRecord>, resolved: Option<&Value>, info: &KindInfo) -> bool {
        info.replacement == Replacement::DeleteFirst
            || keeps_unique_name(record, info, resolved)
            || record.is_some_and(|record| record.depends_on.iter().any(|other| self.is_deleted_first(other)))
            || self.deleted_with(record, resolved, info).is_some()
    }

    fn is_deleted_first(&self, address: &Address) -> bool {
        self.actions.get(address).is_some_and(|action| action.deletes_first())
    }

    /// Returns a dependency that is replaced delete-first and whose new id is unknown at plan time. An ephemeral resource
    /// cannot be repointed to it in place and must be replaced too. A durable one is updated afterwards, because AWS allows
    /// the dangling reference.
    fn must_move_with(&self, record: Option<&ResourceRecord>, inputs: &Value) -> Option<Address> {
        self.referred_again(record?, inputs).next()
    }

    /// Returns the dependencies that are replaced delete-first, whose new id is unknown at plan time, and that a resource will
    /// still refer to.
    fn referred_again(&self, record: &ResourceRecord, inputs: &Value) -> impl Iterator<Item = Address> {
        let used = &record.depends_on;
        let any = used.iter().any(|other| self.is_deleted_first(other));
        let references = if any { references(inputs) } else { BTreeSet::new() };
        let is_again = |reference: &Reference| {
            used.contains(&reference.address)
                && self.is_deleted_first(&reference.address)
                && self.output(reference).is_none()
        };
        references.into_iter().filter(is_again).map(|reference| reference.address)
    }

    /// Returns a dependency that gives its name to its own replacement, or to another resource, and that this resource, which
    /// is changed in place, would still refer to when it is deleted. AWS refuses that.
    pub(super) fn holds_a_name(&self, record: Option<&ResourceRecord>, inputs: &Value) -> Option<(Address, String)> {
        let record = record.filter(|record| !record.is_asleep())?;
        self.referred_again(record, inputs).find_map(|other| {
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
        match self.actions.get(&reference.address) {
            Some(Action::Create | Action::Replace(_)) => {
                self.known_outputs.get(&reference.address)?.get(&reference.output).cloned()
            }
            _ => match self.request.observation.get(&reference.address) {
                Some(Observed::Present(live)) => live.outputs.get(&reference.output).cloned(),
                Some(Observed::Missing) | None => self.request.document.output(reference),
            },
        }
        .filter(|value| !value.is_null())
    }
}
