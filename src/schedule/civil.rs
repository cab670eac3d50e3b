//! Local times: their forms, and the instants that they stand for.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// The passes of a clock over a local time that it shows twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// The earlier one.
    First,
    /// The later one.
    Last,
}

/// Schedules reach from 1970 to the beginning of 9000, so that sums never overflow.
const EARLIEST: Timestamp = Timestamp::UNIX_EPOCH;
/// 9000-01-01, in seconds.
const LATEST: i64 = 221_845_392_000;

fn latest() -> Timestamp {
    Timestamp::from_second(LATEST).unwrap_or(Timestamp::MAX)
}

/// Returns the instant, or the end of the reach of schedules that is nearer. Clocks may be wrong; instants that people write are
/// checked by [`reached`] instead.
pub(super) fn within_reach(instant: Timestamp) -> Timestamp {
    instant.clamp(EARLIEST, latest())
}

/// Returns an instant that somebody wrote as `text`, if schedules reach it.
pub fn reached(instant: Timestamp, text: &str) -> Result<Timestamp, String> {
    if within_reach(instant) == instant { Ok(instant) } else { Err(out_of_reach(text)) }
}

/// Returns the error for an instant that schedules do not reach.
pub(super) fn out_of_reach(text: &str) -> String {
    format!("`{text}` is out of range: write an instant from {EARLIEST} to {}", latest())
}

/// Returns an instant moved by a duration. It stays within the range of instants.
pub(super) fn moved(instant: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    instant.checked_add(by).unwrap_or(end)
}

/// Returns the day that is so many days later.
pub(super) fn days_later(date: Date, days: i64) -> Date {
    match days {
        // These are faster, and most are these.
        1 => date.tomorrow().unwrap_or(Date::MAX),
        -1 => date.yesterday().unwrap_or(Date::MIN),
        _ => date.saturating_add(SignedDuration::from_hours(24 * days)),
    }
}

/// Returns the local time that is so many minutes after the midnight of a day, by a clock that never changes.
pub(super) fn minutes_into(date: Date, minutes: u16) -> DateTime {
    let date = if minutes < 1440 { date } else { days_later(date, i64::from(minutes / 1440)) };
    let part = |number: u16| i8::try_from(number).unwrap_or_default();
    date.at(part(minutes % 1440 / 60), part(minutes % 60), 0, 0)
}

/// Returns the instant of a local time. A time that is skipped stands for the first instant after it.
pub(super) fn instant(zone: &TimeZone, local: DateTime, pass: Pass) -> Timestamp {
    let (offset, skipped) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, false),
        AmbiguousOffset::Fold { before, after } => (if pass == Pass::First { before } else { after }, false),
        // By the offset from before, a skipped time lies beyond the change.
        AmbiguousOffset::Gap { before, .. } => (before, true),
    };
    let instant = offset.to_timestamp(local).unwrap_or(Timestamp::MAX);
    if skipped { last_change(zone, instant).unwrap_or(instant) } else { instant }
}

/// Returns the last change of the offset at or before an instant.
pub(super) fn last_change(zone: &TimeZone, until: Timestamp) -> Option<Timestamp> {
    zone.preceding(moved(until, SignedDuration::from_nanos(1))).next().map(|change| change.timestamp())
}

/// Reads a time of day, such as `08:00`, as minutes after midnight. `24:00` is the end of the day.
pub(super) fn time_of_day(text: &str) -> Option<u16> {
    let mut parts = text.trim().split(':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    // TOML has a form for times of day that has seconds.
    let whole = parts.next().is_none_or(|seconds| seconds == "00");
    let within = (hours < 24 && minutes < 60) || (hours == 24 && minutes == 0);
    (whole && within && parts.next().is_none()).then_some(hours * 60 + minutes)
}

fn number(digits: &str) -> Option<u16> {
    let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// Reads a duration, such as `45m`, `2h` or `1h30m`.
pub fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    // A bare number has no unit, and `P1M` would be a month.
    text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Reads a time that passes, such as `45m`, `2h 30m` or `3d`; a day has 24 hours.
pub fn elapsed(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read() {
        let cases = [("08:00", Some(480)), ("8:05", Some(485)), ("24:00", Some(1440)), ("08:00:00", Some(480))];
        for (text, minutes) in cases {
            assert_eq!(time_of_day(text), minutes, "{text}");
        }
        for text in ["", "8", "24:01", "25:00", "08:60", "08:00:01", "+8:00", "08:00:00:00", "008:00", "8am"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("45m"), Some(SignedDuration::from_mins(45)));
        assert_eq!(duration("1h30m"), Some(SignedDuration::from_mins(90)));
        for text in ["", "45", "-45m", "m", "1mo", "PT45M"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn instants_at_the_ends_of_time_are_within_reach() {
        assert_eq!(within_reach(Timestamp::MIN), EARLIEST);
        assert_eq!(within_reach(Timestamp::MAX).to_string(), "9000-01-01T00:00:00Z");
        assert!(reached(EARLIEST, "x").is_ok() && reached(latest(), "x").is_ok());
        assert!(reached(moved(EARLIEST, SignedDuration::from_nanos(-1)), "x").is_err());
        assert!(reached(moved(latest(), SignedDuration::from_nanos(1)), "x").is_err());
    }
}
