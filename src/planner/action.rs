//! What becomes of one resource, and why.

use serde_json::Value;

use crate::plan::{Change, diff};
use crate::planner::Seen;
use crate::planner::desired::Desired;
use crate::planner::planner::current_inputs;
use crate::record::Entry;
use crate::resource::{KindInfo, Readiness, Replacement};

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Create,
    Update,
    Replace(Order),
    Delete,
    Sleep,
    Forget,
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    CreateFirst,
    DeleteFirst,
}

/// What becomes of a resource, and the reason; `None` if nothing does. `resolved` are the desired inputs with all
/// references resolved that are known.
pub(super) fn judge(
    want: &Desired<'_>,
    entry: Option<&Entry>,
    seen: Option<&Seen>,
    resolved: Option<&Value>,
    info: &KindInfo,
) -> Option<(Fate, String)> {
    match (want, entry) {
        (Desired::Ignored | Desired::AsRecorded, _) | (Desired::Absent | Desired::Asleep, None) => None,
        (Desired::Absent, Some(entry)) => Some(absent(entry, seen)),
        (Desired::Asleep, Some(entry)) if entry.is_asleep() => None,
        (Desired::Asleep, Some(_)) => Some((Fate::Sleep, "it bills by the hour and the stack is paused".to_owned())),
        (Desired::Inputs { .. }, None) => Some((Fate::Create, "it is declared and does not exist".to_owned())),
        (Desired::Inputs { .. }, Some(entry)) if entry.is_asleep() => {
            Some((Fate::Create, "it slept while the stack was paused".to_owned()))
        }
        (Desired::Inputs { .. }, Some(entry)) => present(entry, seen, resolved?, info),
    }
}

fn absent(entry: &Entry, seen: Option<&Seen>) -> (Fate, String) {
    match seen {
        _ if entry.is_asleep() => (Fate::Forget, "it slept and shall not come back".to_owned()),
        Some(Seen::Gone) => (Fate::Forget, "it was deleted outside of ebb".to_owned()),
        Some(Seen::There(_)) | None => (Fate::Delete, "it is not wanted any more".to_owned()),
    }
}

fn present(entry: &Entry, seen: Option<&Seen>, resolved: &Value, info: &KindInfo) -> Option<(Fate, String)> {
    match seen {
        Some(Seen::Gone) => return Some((Fate::Create, "it was deleted outside of ebb".to_owned())),
        Some(Seen::There(observed)) => match &observed.readiness {
            Readiness::Failed(why) => {
                return Some((Fate::Replace(Order::DeleteFirst), format!("it failed: {why}")));
            }
            Readiness::Deleting(status) => {
                return Some((Fate::Replace(Order::DeleteFirst), format!("it is being deleted ({status})")));
            }
            Readiness::Ready | Readiness::Pending(_) => {}
        },
        None => {}
    }
    let current = current_inputs(Some(entry), seen);
    let changes = diff(&current, resolved, &info.replace_on);
    let pending = match seen {
        Some(Seen::There(observed)) => matches!(observed.readiness, Readiness::Pending(_)),
        Some(Seen::Gone) | None => entry.pending,
    };
    if changes.is_empty() {
        // What was accepted and is ready by now needs its outputs recorded: an update without changes does that.
        return (pending || entry.pending).then(|| (Fate::Update, "it was created and not seen ready yet".to_owned()));
    }
    let drifted = diff(&entry.inputs, resolved, &info.replace_on).is_empty();
    let forced: Vec<&str> = names(changes.iter().filter(|change| change.forces_replacement));
    let what = |names: &[&str]| names.join(", ");
    Some(if forced.is_empty() {
        let all = names(changes.iter());
        let why = if drifted { "changed outside of ebb" } else { "changed" };
        (Fate::Update, format!("{} {why}", what(&all)))
    } else {
        let order = match info.replacement {
            Replacement::CreateFirst => Order::CreateFirst,
            Replacement::DeleteFirst => Order::DeleteFirst,
        };
        let why = if drifted { "changed outside of ebb and" } else { "changed and" };
        (Fate::Replace(order), format!("{} {why} cannot be changed in place", what(&forced)))
    })
}

/// The top-level fields of changes, each once.
fn names<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<&'a str> {
    let mut names: Vec<&str> = changes.map(|change| change.field.split('.').next().unwrap_or_default()).collect();
    names.dedup();
    names
}
