//! Idleness: that of the record, and when to ask AWS for calls.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::look::COMMAND;
use crate::providers::Activity;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::Idleness;

/// How long before a pause for idleness it is announced, and so the earliest time at which AWS is asked.
pub(super) const BEFORE_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Data of AWS's own metrics show that late, so the window that is asked for begins that much earlier.
pub(super) const LAG: SignedDuration = SignedDuration::from_mins(5);

/// Returns the idleness that a record states: that of a pause for idleness. A pause by a person since then is none.
pub(super) fn recorded(document: &StateDocument) -> Idleness {
    let open = document.run.as_ref().map(|run| run.command.as_str());
    let last = open.or(document.ended.as_ref().map(|ended| ended.command.as_str()));
    let is_ours = document.target == Target::Paused && last == Some(COMMAND);
    Idleness { since: document.idle.filter(|_| is_ours) }
}

/// Returns the instant at which a pause for idleness is announced.
pub(super) fn announced(since: Timestamp, limit: SignedDuration) -> Timestamp {
    let until_then = limit.saturating_sub(BEFORE_PAUSE).max(SignedDuration::ZERO);
    since.checked_add(until_then).unwrap_or(Timestamp::MAX)
}

/// Returns the next instant at which AWS is to be asked, after it was asked now: when the pause is announced, and when it is
/// due. Data of callers cost money.
pub(super) fn ask_again(idle: Idleness, limit: SignedDuration, now: Timestamp) -> Timestamp {
    let later = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
    match idle.since {
        None => later(LAG),
        Some(since) if now < announced(since, limit) => announced(since, limit),
        Some(since) => since.checked_add(limit).unwrap_or(Timestamp::MAX),
    }
}

/// Returns the instant of the last use, or the beginning of the data without one. `None` without data.
pub(super) fn called(activity: &Activity) -> Option<Timestamp> {
    activity.last_invocation.or(activity.since)
}

/// Returns the ids of the resources that exist, by kind.
pub(super) fn ids_by_kind(document: &StateDocument) -> BTreeMap<&str, Vec<&str>> {
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (address, record) in &document.resources {
        if let Some(id) = &record.id {
            ids.entry(address.kind()).or_default().push(id);
        }
    }
    ids
}
