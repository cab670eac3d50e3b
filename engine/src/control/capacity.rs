//! From the names of endpoints in a schedule to the recorded targets of auto scaling.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::planner::declared_capacity;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry};
use ebbtide::schedule::{Bounds, Decision};

/// Returns the names by which a schedule may call the scaled endpoints of a stack: those of their components.
pub(super) fn endpoint_names(document: &StateDocument, kinds: &Registry) -> BTreeSet<String> {
    declared_capacity(document, kinds).keys().map(|address| address.name().to_owned()).collect()
}

/// Returns the bounds that a decision sets, by recorded resource. Those that are the declared ones are left out: there is
/// nothing to set. A name that this stack does not have belongs to another stack of the environment.
pub(super) fn bounds_of(decision: &Decision, document: &StateDocument, kinds: &Registry) -> BTreeMap<Address, Bounds> {
    let declared = declared_capacity(document, kinds);
    let wanted = |(address, declared): (Address, Bounds)| {
        let named = decision.capacity.get(address.name()).copied().unwrap_or(declared);
        let bounds = if decision.reduce { Bounds { max: named.min, ..named } } else { named };
        (bounds != declared).then_some((address, bounds))
    };
    declared.into_iter().filter_map(wanted).collect()
}
