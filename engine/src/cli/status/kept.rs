//! Why a resource is kept although its stack is paused or destroyed.

use super::resource_status::ResourceStatus;
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Registry};

/// Returns whether a recorded resource holds data.
pub(super) fn holds_data(kinds: &Registry, address: &Address, record: &ResourceRecord) -> bool {
    kinds.get(address.kind()).is_some_and(|kind| kind.holds_data(&record.inputs))
}

/// Returns why a resource of a destroyed stack is kept; `None` for a stack that is not destroyed, and for a resource that is only left
/// because the destruction is not complete.
pub(super) fn kept_because(
    kinds: &Registry,
    document: &StateDocument,
    address: &Address,
    status: ResourceStatus,
) -> Option<String> {
    if document.target != Target::Destroyed || matches!(status, ResourceStatus::Pending | ResourceStatus::Asleep) {
        return None;
    }
    let record = document.resources.get(address)?;
    if record.protect {
        return Some("it is protected from deletion".to_owned());
    }
    if holds_data(kinds, address, record) {
        return Some(format!("it holds data; `ebb destroy --include-data {address}` deletes it"));
    }
    let user = document.resources.iter().find(|(_, other)| other.depends_on.contains(address))?.0;
    Some(format!("{user}, which stays, depends on it"))
}
