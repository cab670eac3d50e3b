//! The instants of cron expressions.
//!
//! A fixed time happens once a day: one that is skipped at the first instant after the gap, one that is repeated in the first
//! or the last pass. An expression with a wildcard follows elapsed time: it has no instant in a gap, and two in a repeated hour.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::civil::{Pass, instant, last_change, moved};
use super::cron::Cron;

/// The widest that a local time and its instant are moved against each other: a zone that changed sides of the date line.
const WIDEST: SignedDuration = SignedDuration::from_hours(25);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// An instant with the local time that it stands for. Events of one instant are in the order of their local times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) local: DateTime,
}

/// Returns the first event after an instant.
pub(super) fn next(cron: &Cron, zone: &TimeZone, after: Timestamp, pass: Pass) -> Option<Event> {
    if cron.has_wildcard {
        return next_elapsed(cron, zone, moved(after, NANOSECOND));
    }
    let mut from = zone.to_datetime(after);
    // Before a repeated local time there may be others that come again.
    if is_repeated(zone, from) {
        from = from.saturating_sub(WIDEST);
    }
    loop {
        let local = cron.next(from)?;
        let at = instant(zone, local, pass);
        if at > after {
            return Some(Event { at, local });
        }
        from = local.saturating_add(MINUTE);
    }
}

/// Returns the last event at or before an instant.
pub(super) fn previous(cron: &Cron, zone: &TimeZone, until: Timestamp, pass: Pass) -> Option<Event> {
    if cron.has_wildcard {
        return previous_elapsed(cron, zone, until);
    }
    let mut latest = zone.to_datetime(until);
    // After a repeated local time there may be others that have come already.
    if is_repeated(zone, latest) {
        latest = latest.saturating_add(WIDEST);
    }
    loop {
        let local = cron.previous(latest)?;
        let at = instant(zone, local, pass);
        if at <= until {
            return Some(Event { at, local });
        }
        latest = local.saturating_sub(MINUTE);
    }
}

fn is_repeated(zone: &TimeZone, local: DateTime) -> bool {
    matches!(zone.to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Fold { .. })
}

/// Returns the first event at or after an instant, from one change of the offset to the next.
fn next_elapsed(cron: &Cron, zone: &TimeZone, mut from: Timestamp) -> Option<Event> {
    loop {
        let offset = zone.to_offset(from);
        let change = zone.following(from).next().map(|change| change.timestamp());
        let local = cron.next(up_to_the_minute(offset.to_datetime(from)))?;
        let at = offset.to_timestamp(local).ok()?;
        match change {
            Some(change) if at >= change => from = change,
            _ => return Some(Event { at, local }),
        }
    }
}

/// Returns the last event at or before an instant, from one change of the offset to the one before.
fn previous_elapsed(cron: &Cron, zone: &TimeZone, mut until: Timestamp) -> Option<Event> {
    loop {
        let offset = zone.to_offset(until);
        let change = last_change(zone, until);
        let local = cron.previous(offset.to_datetime(until))?;
        let at = offset.to_timestamp(local).ok()?;
        match change {
            Some(change) if at < change => until = moved(change, -NANOSECOND),
            _ => return Some(Event { at, local }),
        }
    }
}

/// Returns the first whole minute at or after a local time.
fn up_to_the_minute(local: DateTime) -> DateTime {
    let whole = local.date().at(local.hour(), local.minute(), 0, 0);
    if whole == local { whole } else { whole.saturating_add(MINUTE) }
}

#[cfg(test)]
#[path = "occurrence_tests.rs"]
mod tests;
