//! The action on one resource, and the reason for it.

use serde_json::Value;

use super::Observed;
use super::desired::Desired;
use super::observation::current_inputs;
use super::unordered::order_like;
use crate::plan::{Change, Reason, diff};
use crate::record::ResourceRecord;
use crate::resource::{KindInfo, Readiness, Replacement};

/// The action on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Update,
    Replace(Replacement),
    Delete,
    Sleep,
    Forget,
}

impl Action {
    /// Returns whether the old generation is deleted before a new one is created.
    pub(super) fn deletes_first(self) -> bool {
        self == Self::Replace(Replacement::DeleteFirst)
    }
}

/// Returns the action on a resource and the reason; `None` if there is nothing to do. `resolved` are the desired inputs with
/// every known reference resolved.
pub(super) fn decide_action(
    desired: &Desired<'_>,
    record: Option<&ResourceRecord>,
    observed: Option<&Observed>,
    resolved: Option<&Value>,
    info: &KindInfo,
) -> Option<(Action, Reason)> {
    match (desired, record) {
        (Desired::AsRecorded, _) | (Desired::Absent | Desired::Asleep, None) => None,
        (Desired::Absent, Some(record)) => Some(absent(record, observed)),
        (Desired::Asleep, Some(record)) if record.is_asleep() => None,
        (Desired::Asleep, Some(_)) => Some((Action::Sleep, Reason::Paused)),
        (Desired::Inputs { .. }, None) => Some((Action::Create, Reason::New)),
        (Desired::Inputs { .. }, Some(record)) if record.is_asleep() => Some((Action::Create, Reason::Resumed)),
        (Desired::Inputs { .. }, Some(record)) => present(record, observed, resolved?, info),
    }
}

/// Returns the action on a recorded resource that is no longer wanted.
fn absent(record: &ResourceRecord, observed: Option<&Observed>) -> (Action, Reason) {
    match observed {
        _ if record.is_asleep() => (Action::Forget, Reason::NotWantedAsleep),
        Some(Observed::Missing) => (Action::Forget, Reason::DeletedOutside),
        Some(Observed::Present(_)) | None => (Action::Delete, Reason::NotWanted),
    }
}

/// Returns the action on a recorded resource that is wanted.
pub(super) fn present(
    record: &ResourceRecord,
    observed: Option<&Observed>,
    resolved: &Value,
    info: &KindInfo,
) -> Option<(Action, Reason)> {
    let replace = Action::Replace(Replacement::DeleteFirst);
    match observed {
        Some(Observed::Missing) => return Some((Action::Create, Reason::DeletedOutside)),
        Some(Observed::Present(live)) => match &live.readiness {
            Readiness::Failed(why) => return Some((replace, Reason::Failed(why.clone()))),
            Readiness::Deleting(status) => return Some((replace, Reason::BeingDeleted(status.clone()))),
            Readiness::Ready | Readiness::Pending(_) => {}
        },
        None => {}
    }
    let changes = diff(&current_inputs(Some(record), observed), resolved, &info.replace_on);
    let pending = match observed {
        Some(Observed::Present(live)) => matches!(live.readiness, Readiness::Pending(_)),
        Some(Observed::Missing) | None => record.pending,
    };
    if changes.is_empty() {
        let unfinished = unfinished_changes(record, resolved, info);
        if !unfinished.is_empty() {
            return Some((Action::Update, Reason::Unfinished { fields: top_fields(unfinished.iter()) }));
        }
        // A pause, a resume and the bounds of a schedule work from the recorded inputs.
        let unrecorded = unrecorded_changes(record, resolved, info);
        if !unrecorded.is_empty() {
            return Some((Action::Update, Reason::Unrecorded { fields: top_fields(unrecorded.iter()) }));
        }
        // A resource that is ready by now needs its outputs recorded: an update without changes does that.
        return (pending || record.pending).then_some((Action::Update, Reason::NotReadyYet));
    }
    let outside = diff(&record.inputs, resolved, &info.replace_on).is_empty();
    let forced = top_fields(changes.iter().filter(|change| change.forces_replacement));
    Some(if forced.is_empty() {
        (Action::Update, Reason::Changed { fields: top_fields(changes.iter()), outside })
    } else {
        (Action::Replace(info.replacement), Reason::Immutable { fields: forced, outside })
    })
}

/// Returns the fields in which the desired inputs differ from those of an update that was not finished: AWS may have these, in
/// fields that a read does not tell.
pub(super) fn unfinished_changes(record: &ResourceRecord, resolved: &Value, info: &KindInfo) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for attempted in &record.attempted {
        let differing = changes_since(attempted, resolved, info);
        let is_known = |change: &Change| changes.iter().any(|known| known.field == change.field);
        let new: Vec<Change> = differing.into_iter().filter(|change| !is_known(change)).collect();
        changes.extend(new);
    }
    changes
}

/// Returns the fields in which the desired inputs differ from the recorded ones.
pub(super) fn unrecorded_changes(record: &ResourceRecord, resolved: &Value, info: &KindInfo) -> Vec<Change> {
    changes_since(&record.inputs, resolved, info)
}

/// Returns the changes that lead from inputs to the desired ones, whatever the order of lists that have none.
fn changes_since(inputs: &Value, resolved: &Value, info: &KindInfo) -> Vec<Change> {
    let mut resolved = resolved.clone();
    order_like(inputs, &mut resolved, &info.unordered);
    diff(inputs, &resolved, &[])
}

/// Returns the top-level fields of changes, each once.
fn top_fields<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    let mut names: Vec<String> =
        changes.map(|change| change.field.split('.').next().unwrap_or_default().to_owned()).collect();
    names.dedup();
    names
}
