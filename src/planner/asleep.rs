//! Components that are asleep while their stack runs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{PlanError, Request, hold_back};
use crate::plan::Target;
use crate::record::StateDocument;
use crate::resource::{Address, Kind, OnPause, Persistence, Registry, component_of, components_of, dependencies};
use crate::stack::{Declaration, Declarations};

/// The resources of a running stack that a plan puts to sleep, or leaves as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Asleep {
    /// Those that a pause of the stack would delete or reduce, and that these components cannot do without.
    resources: BTreeSet<Address>,
    /// Those that stay as they are, since the plan is about components alone.
    untouched: BTreeSet<Address>,
}

impl Asleep {
    /// Returns whether a recorded resource is to be as in a paused stack.
    pub(super) fn is_paused(&self, address: &Address) -> bool {
        self.resources.contains(address)
    }

    /// Returns whether a recorded resource stays as it is.
    pub(super) fn leaves(&self, address: &Address) -> bool {
        self.untouched.contains(address)
    }
}

/// Returns the declarations of a running stack as they are while components are asleep, and the resources that this concerns; `None` if
/// the plan is about a whole stack that is awake.
pub(super) fn while_asleep(request: &Request<'_>) -> Result<Option<(Declarations, Asleep)>, PlanError> {
    let (document, names) = (request.document, request.asleep());
    let Some(declarations) = request.declarations.filter(|_| request.target == Target::Running) else {
        return Ok(None);
    };
    if names.is_empty() && request.components.only.is_none() {
        return Ok(None);
    }
    let resources = asleep(document, names, request.kinds);
    // What would be asleep as it is declared now is neither created nor changed.
    let mut held = &resources | &pausing(document, Some(declarations), names, request.kinds);
    held.retain(|address| declarations.resources.contains_key(address));
    // What depends on it stays as it was declared.
    let (rest, _) = hold_back(declarations, document, &held).map_err(PlanError::asleep)?;
    let mut untouched = BTreeSet::new();
    if let Some(only) = request.components.only {
        let named = asleep(document, only, request.kinds);
        untouched.extend(document.resources.keys().filter(|address| !named.contains(*address)).cloned());
    }
    Ok(Some((rest, Asleep { resources, untouched })))
}

/// Returns the recorded resources that do not run while these components are asleep: those of the components that a pause of the
/// stack would delete or reduce, and those of others that depend on one that is deleted.
pub fn asleep(document: &StateDocument, components: &BTreeSet<String>, kinds: &Registry) -> BTreeSet<Address> {
    pausing(document, None, components, kinds)
}

/// Returns a record without what does not run while components of it are asleep.
pub fn awake<'a>(document: &'a StateDocument, kinds: &Registry) -> Cow<'a, StateDocument> {
    let asleep = asleep(document, &document.asleep, kinds);
    if asleep.is_empty() {
        return Cow::Borrowed(document);
    }
    let mut awake = document.clone();
    awake.resources.retain(|address, _| !asleep.contains(address));
    Cow::Owned(awake)
}

/// Returns those of these components that a stack still has: of what is declared, or else of what is recorded.
pub(super) fn existing(
    components: &BTreeSet<String>,
    document: &StateDocument,
    declarations: Option<&Declarations>,
) -> BTreeSet<String> {
    let addresses: Vec<&Address> = match declarations {
        Some(declarations) => declarations.resources.keys().collect(),
        None => document.resources.keys().collect(),
    };
    let of_stack = components_of(&addresses);
    components.iter().filter(|component| of_stack.contains(component.as_str())).cloned().collect()
}

/// A resource that a pause deletes or reduces.
struct Sleeper {
    is_deleted: bool,
    depends_on: BTreeSet<Address>,
}

/// Returns the resources that do not run while these components are asleep, as they are recorded, or as they are declared now.
fn pausing(
    document: &StateDocument,
    declarations: Option<&Declarations>,
    components: &BTreeSet<String>,
    kinds: &Registry,
) -> BTreeSet<Address> {
    if components.is_empty() {
        return BTreeSet::new();
    }
    let sleeper = |address: &Address, declaration: &Value, depends_on: BTreeSet<Address>| {
        let kind = kinds.get(address.kind()).filter(|kind| !kind.info().is_job)?;
        match on_pause(&*kind, declaration) {
            OnPause::Keep => None,
            OnPause::Delete => Some(Sleeper { is_deleted: true, depends_on }),
            OnPause::Reduce(_) => Some(Sleeper { is_deleted: false, depends_on }),
        }
    };
    let recorded = document.resources.iter();
    let mut all: BTreeMap<&Address, Option<Sleeper>> = recorded
        .map(|(address, record)| (address, sleeper(address, &record.declaration(), record.depends_on.clone())))
        .collect();
    let declared = declarations.into_iter().flat_map(|declarations| &declarations.resources);
    all.extend(declared.map(|(address, Declaration { inputs, depends_on, .. })| {
        (address, sleeper(address, inputs, depends_on | &dependencies(inputs)))
    }));
    let names = all.keys().map(|address| address.name()).collect();
    let sleepers: BTreeMap<&Address, Sleeper> =
        all.into_iter().filter_map(|(address, sleeper)| Some((address, sleeper?))).collect();
    let is_of = |address: &&Address| components.contains(component_of(address, &names));
    let mut found: BTreeSet<Address> = sleepers.keys().copied().filter(is_of).cloned().collect();
    loop {
        let is_gone = |other: &Address| found.contains(other) && sleepers.get(other).is_some_and(|one| one.is_deleted);
        let follows = |(address, sleeper): &(&&Address, &Sleeper)| {
            !found.contains(**address) && sleeper.depends_on.iter().any(is_gone)
        };
        let following: Vec<Address> = sleepers.iter().filter(follows).map(|(address, _)| (*address).clone()).collect();
        if following.is_empty() {
            return found;
        }
        found.extend(following);
    }
}

/// Returns how a resource is while its stack is paused. A declaration that this version of the kind cannot read is paused as its
/// kind is by default.
pub(super) fn on_pause(kind: &dyn Kind, declaration: &Value) -> OnPause<Value> {
    kind.paused(declaration).unwrap_or(match kind.info().persistence {
        Persistence::Durable => OnPause::Keep,
        Persistence::Ephemeral => OnPause::Delete,
    })
}
