//! The observation of idleness: whether callers used the stacks that an idle schedule would pause.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::controller::{Connected, Controller};
use super::converge::COMMAND;
use crate::providers::Activity;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::Idleness;

/// How long before a pause for idleness it is announced, and so the earliest time at which AWS is asked.
pub(super) const BEFORE_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Data of AWS's own metrics show that late, so the window that is asked for begins that much earlier.
const LAG: SignedDuration = SignedDuration::from_mins(5);

/// Returns the idleness that a record states: that of a pause for idleness. A pause by a person since then is none.
pub(super) fn recorded(document: &StateDocument) -> Idleness {
    let open = document.run.as_ref().map(|run| run.command.as_str());
    let last = open.or(document.ended.as_ref().map(|ended| ended.command.as_str()));
    let is_ours = document.target == Target::Paused && last == Some(COMMAND);
    Idleness { since: document.idle.filter(|_| is_ours) }
}

impl Controller {
    /// Asks AWS since when nobody called a running stack. Without data of every resource that AWS counts calls of, the stack
    /// is not idle.
    pub(super) async fn idleness(
        &self,
        document: &StateDocument,
        limit: SignedDuration,
        connected: &Connected,
    ) -> Result<Idleness, String> {
        let now = (self.clock)();
        // A stack that came up a moment ago cannot be idle for long enough.
        if now < announced(document.since, limit) {
            return Ok(Idleness::default());
        }
        let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
        let from = now.checked_sub(limit.saturating_add(LAG)).unwrap_or(Timestamp::MIN);
        let mut since = document.since;
        let mut is_counted = false;
        for (kind, ids) in ids_by_kind(document) {
            let Some(implementation) = self.providers.get(kind) else { continue };
            let found = implementation.provider.activity(&connection.clients.aws, &ids, from, now).await;
            for activity in found.map_err(|error| error.to_string())?.into_values() {
                match called(&activity) {
                    Some(last) => since = since.max(last),
                    None => return Ok(Idleness::default()),
                }
                is_counted = true;
            }
        }
        Ok(Idleness { since: is_counted.then_some(since) })
    }
}

/// Returns the instant at which a pause for idleness is announced.
fn announced(since: Timestamp, limit: SignedDuration) -> Timestamp {
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
fn called(activity: &Activity) -> Option<Timestamp> {
    activity.last_invocation.or(activity.since)
}

fn ids_by_kind(document: &StateDocument) -> BTreeMap<&str, Vec<&str>> {
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (address, record) in &document.resources {
        if let Some(id) = &record.id {
            ids.entry(address.kind()).or_default().push(id);
        }
    }
    ids
}
