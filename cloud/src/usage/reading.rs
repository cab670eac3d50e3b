//! Readings: quantities in the units of AWS's bill.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::entry::Entry;
use super::item::{Item, Measure};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// A quantity that one resource used of one item, while nothing of it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Metered {
    /// The item.
    pub item: Item,
    /// The usage type, as bills name it: `EU-Host:ml.g5.xlarge`.
    pub usage_type: String,
    /// The name of the service in Cost Explorer.
    pub service: &'static str,
    /// The operation in Cost Explorer.
    pub operation: &'static str,
    /// The ARN of the resource.
    pub resource: String,
    /// The region.
    pub region: String,
    /// The tags of the resource.
    pub tags: BTreeMap<String, String>,
    /// How many units were used at once, such as instances.
    pub count: f64,
    /// The quantity, in `unit`.
    pub quantity: f64,
    /// The unit of the quantity: `Hrs`, `GB-Mo`, `Alarms`, …
    pub unit: &'static str,
    /// When it began, or the beginning of the reading.
    pub from: Timestamp,
    /// When it ended, or the end of the reading.
    pub to: Timestamp,
}

/// Returns the quantities of some uses in a time, by resource, item and beginning. Uses without an end go on.
pub(crate) fn read(entries: &[Entry], from_ms: i64, to_ms: i64) -> Vec<Metered> {
    let mut found: Vec<Metered> = entries.iter().filter_map(|entry| one(entry, from_ms, to_ms)).collect();
    found.sort_by(|one, other| (&one.resource, &one.item, one.from).cmp(&(&other.resource, &other.item, other.from)));
    found
}

fn one(entry: &Entry, from_ms: i64, to_ms: i64) -> Option<Metered> {
    let begin_ms = entry.began_ms.max(from_ms);
    let end_ms = entry.used.until_ms.unwrap_or(i64::MAX).min(to_ms);
    if begin_ms >= end_ms {
        return None;
    }
    let billing = entry.used.item.billing();
    let time = match billing.measure {
        Measure::Hours => hours(end_ms - begin_ms),
        Measure::WholeHours => whole_hours(entry.chain_ms, begin_ms, end_ms),
        Measure::Months => months(begin_ms, end_ms),
    };
    Some(Metered {
        usage_type: entry.used.item.usage_type(&entry.used.region),
        item: entry.used.item.clone(),
        service: billing.service,
        operation: billing.operation,
        resource: entry.used.resource.clone(),
        region: entry.used.region.clone(),
        tags: entry.used.tags.clone(),
        count: entry.used.count,
        quantity: entry.used.count * time,
        unit: billing.unit,
        from: timestamp(begin_ms),
        to: timestamp(end_ms),
    })
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit a double exactly")]
fn hours(ms: i64) -> f64 {
    ms as f64 / HOUR_MS as f64
}

/// Returns the number of hours, counted from an instant, whose beginning is in a time: an hour is billed when it begins.
fn whole_hours(since_ms: i64, begin_ms: i64, end_ms: i64) -> f64 {
    let begun_before =
        |ms: i64| (ms - since_ms).div_euclid(HOUR_MS) + i64::from((ms - since_ms).rem_euclid(HOUR_MS) > 0);
    #[expect(clippy::cast_precision_loss, reason = "a number of hours")]
    let count = (begun_before(end_ms) - begun_before(begin_ms)) as f64;
    count
}

/// Returns a time in calendar months of UTC, each as the share of its hours.
fn months(begin_ms: i64, end_ms: i64) -> f64 {
    let mut total = 0.0;
    let mut at_ms = begin_ms;
    while at_ms < end_ms {
        let Some((first_ms, next_ms)) = month_of(at_ms) else { break };
        let end_here_ms = end_ms.min(next_ms);
        total += hours(end_here_ms - at_ms) / hours(next_ms - first_ms);
        at_ms = end_here_ms;
    }
    total
}

/// Returns the beginnings of the month of an instant and of the next one, in UTC.
fn month_of(ms: i64) -> Option<(i64, i64)> {
    let first = timestamp(ms).to_zoned(TimeZone::UTC).date().first_of_month();
    let start = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond());
    Some((start(first)?, start(first.checked_add(1.month()).ok()?)?))
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_part_of_an_hour_is_a_whole_one_once() {
        let minutes = |minutes: i64| minutes * 60 * 1000;
        assert!((whole_hours(0, 0, minutes(1)) - 1.0).abs() < 1e-9);
        assert!((whole_hours(0, 0, minutes(60)) - 1.0).abs() < 1e-9);
        assert!((whole_hours(0, 0, minutes(61)) - 2.0).abs() < 1e-9);
        // Two readings that follow each other count no hour twice.
        let split = whole_hours(0, 0, minutes(30)) + whole_hours(0, minutes(30), minutes(90));
        assert!((split - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_month_is_one_whatever_its_length() {
        assert!((months(ms("2026-02-01T00:00:00Z"), ms("2026-03-01T00:00:00Z")) - 1.0).abs() < 1e-9);
        assert!((months(ms("2026-02-01T00:00:00Z"), ms("2026-04-01T00:00:00Z")) - 2.0).abs() < 1e-9);
        assert!(
            (months(ms("2026-06-30T00:00:00Z"), ms("2026-07-02T00:00:00Z")) - (1.0 / 30.0 + 1.0 / 31.0)).abs() < 1e-9
        );
    }
}
