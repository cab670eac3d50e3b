//! Months, in UTC as AWS bills.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Returns the beginning and the end of the month of an instant.
pub(super) fn month(at: Timestamp) -> (Timestamp, Timestamp) {
    let first = at.to_zoned(TimeZone::UTC).date().first_of_month();
    (start(first), start(first.saturating_add(1.month())))
}

/// Returns the beginning of a day.
pub(super) fn start(date: Date) -> Timestamp {
    date.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}
