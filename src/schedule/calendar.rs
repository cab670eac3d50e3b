//! The calendar of a schedule.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time zone, and the whole local days on which no window opens.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    pub(super) zone: TimeZone,
    pub(super) holidays: BTreeSet<Date>,
}

impl Calendar {
    pub(super) fn is_holiday(&self, date: Date) -> bool {
        self.holidays.contains(&date)
    }

    /// Returns a calendar without holidays and without changes of the clock.
    pub(super) fn plain() -> Self {
        Self { zone: TimeZone::UTC, holidays: BTreeSet::new() }
    }
}
