//! A week of a schedule, as scheduled actions carry it out.

use jiff::SignedDuration;
use jiff::civil::{self, Weekday};
use jiff::tz::TimeZone;

use super::bounds::Bounds;
use super::calendar::Calendar;
use super::sweep::Sweep;
use super::validated::Schedule;

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A change of the bounds of an endpoint that comes back every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyChange {
    /// The local hour.
    pub hour: i8,
    /// The minute of the hour.
    pub minute: i8,
    /// The days, from Monday on.
    pub days: Vec<Weekday>,
    /// The bounds from then on; `None` for the declared ones.
    pub bounds: Option<Bounds>,
}

impl Schedule {
    /// Returns the changes of the bounds of an endpoint in a week by the local clock, in the order of the time of day. Empty if
    /// no window has bounds for it.
    pub fn weekly_changes(&self, endpoint: &str) -> Vec<WeeklyChange> {
        let mut plain = self.clone();
        plain.calendar = Calendar::plain();
        // A Monday. The first week shows the bounds in which the second one begins.
        let Ok(monday) = civil::date(2024, 1, 1).to_zoned(TimeZone::UTC) else { return Vec::new() };
        let (begin, end) = (monday.timestamp() + WEEK, monday.timestamp() + WEEK + WEEK);
        let mut changes = Vec::new();
        let mut before = None;
        for stretch in Sweep::new(&plain, monday.timestamp(), usize::MAX, end) {
            let bounds = plain.of(stretch.level.deciding).find_map(|window| window.capacity.get(endpoint).copied());
            if before.is_some_and(|before| before != bounds) && (begin..end).contains(&stretch.begin) {
                add(&mut changes, stretch.begin.to_zoned(TimeZone::UTC).datetime(), bounds);
            }
            before = Some(bounds);
        }
        if let (true, Some(Some(always))) = (changes.is_empty(), before) {
            add(&mut changes, monday.datetime(), Some(always));
        }
        changes.sort_by_key(|change| (change.hour, change.minute, first_day(change)));
        changes
    }
}

fn first_day(change: &WeeklyChange) -> Option<i8> {
    change.days.first().map(|day| day.to_monday_zero_offset())
}

/// Adds a change, to those of other days at the same time with the same bounds.
fn add(changes: &mut Vec<WeeklyChange>, at: civil::DateTime, bounds: Option<Bounds>) {
    let (hour, minute) = (at.hour(), at.minute());
    let same = |other: &&mut WeeklyChange| (other.hour, other.minute, other.bounds) == (hour, minute, bounds);
    match changes.iter_mut().find(same) {
        Some(change) => change.days.push(at.weekday()),
        None => changes.push(WeeklyChange { hour, minute, days: vec![at.weekday()], bounds }),
    }
}
