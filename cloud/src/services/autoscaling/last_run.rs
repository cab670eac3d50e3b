//! The last time at which a scheduled action ran.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::cron_days::Days;
use super::cron_field::{MONTHS, values};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Returns the last time after `since` and until `now` at which a schedule ran: `at(…)`, `rate(…)` counted from `since`, or
/// `cron(…)`.
pub fn last_run(schedule: &str, zone: Option<&str>, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let (form, inside) = schedule.strip_suffix(')')?.split_once('(')?;
    let zone = TimeZone::get(zone.unwrap_or("UTC")).ok()?;
    let last = match form {
        "at" => zone.to_timestamp(inside.parse::<DateTime>().ok()?).ok()?,
        "rate" => last_of_rate(inside, since, now)?,
        "cron" => last_of_cron(inside, &zone, since, now)?,
        _ => return None,
    };
    (since < last && last <= now).then_some(last)
}

fn last_of_rate(rate: &str, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let (count, unit) = rate.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86400,
        _ => return None,
    };
    let period = count.parse::<i64>().ok()?.checked_mul(seconds).filter(|period| *period > 0)?;
    let runs = (now.as_second() - since.as_second()).div_euclid(period);
    Timestamp::from_second(since.as_second() + runs * period).ok()
}

fn last_of_cron(fields: &str, zone: &TimeZone, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else { return None };
    let times =
        Times { minutes: values(minutes, (0, 59), &[], 0)?, hours: values(hours, (0, 23), &[], 0)?, zone, until: now };
    let days = Days::read(days, weekdays)?;
    let (months, years) = (values(months, (1, 12), MONTHS, 1)?, values(years, (1970, 2199), &[], 0)?);
    let has = |set: &BTreeSet<u32>, value: i16| u32::try_from(value).is_ok_and(|value| set.contains(&value));
    let (mut date, first) = (now.to_zoned(zone.clone()).date(), since.to_zoned(zone.clone()).date());
    while date >= first {
        if has(&months, date.month().into()) && has(&years, date.year()) && days.contain(date) {
            let run = times.last_on(date);
            if run.is_some() {
                return run;
            }
        }
        date = date.checked_sub(1.day()).ok()?;
    }
    None
}

/// The times of a day at which an expression runs.
struct Times<'a> {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    zone: &'a TimeZone,
    until: Timestamp,
}

impl Times<'_> {
    /// Returns the last run on a local day. AWS says only that "the action automatically adjusts for Daylight Saving Time". Here
    /// a single time that clocks skip comes when they have, and one that they repeat comes once; several times of a day follow
    /// the clock as it goes.
    fn last_on(&self, date: jiff::civil::Date) -> Option<Timestamp> {
        if let (1, 1, Some(hour), Some(minute)) =
            (self.hours.len(), self.minutes.len(), self.hours.first(), self.minutes.first())
        {
            let local = date.at(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0);
            let ambiguous = self.zone.to_ambiguous_timestamp(local);
            let run = match ambiguous.offset() {
                AmbiguousOffset::Gap { before, .. } => {
                    let within = before.to_timestamp(local).ok()?;
                    self.zone.preceding(within).next().map_or(within, |change| change.timestamp())
                }
                AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok()?,
            };
            return (run <= self.until).then_some(run);
        }
        let begin = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).earlier().ok()?;
        let last = self.zone.to_ambiguous_timestamp(date.at(23, 59, 0, 0)).later().ok()?.min(self.until);
        let mut run = begin + MINUTE * i32::try_from(last.duration_since(begin).as_mins()).ok()?;
        while run >= begin {
            let local = run.to_zoned(self.zone.clone()).datetime();
            let has = |set: &BTreeSet<u32>, value: i8| u32::try_from(value).is_ok_and(|value| set.contains(&value));
            if local.date() == date && has(&self.hours, local.hour()) && has(&self.minutes, local.minute()) {
                return Some(run);
            }
            run -= MINUTE;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_a_schedule_is_found() {
        // 2026-11-21 is a Saturday.
        let (since, now) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2026-11-21T17:30:30Z".parse().unwrap());
        for (schedule, zone, expected) in [
            ("at(2026-11-20T08:00:00)", None, Some("2026-11-20T08:00:00Z")),
            ("at(2026-11-21T18:00:00)", None, None),
            ("at(2026-11-21T18:00:00)", Some("Europe/Berlin"), Some("2026-11-21T17:00:00Z")),
            ("at(2026-10-20T08:00:00)", None, None),
            ("rate(1 day)", None, Some("2026-11-21T00:00:00Z")),
            ("rate(7 days)", None, Some("2026-11-15T00:00:00Z")),
            ("cron(0 18 ? * MON-FRI *)", None, Some("2026-11-20T18:00:00Z")),
            ("cron(0 18 * * ? *)", Some("Europe/Berlin"), Some("2026-11-21T17:00:00Z")),
            ("cron(0/15 * * * ? *)", None, Some("2026-11-21T17:30:00Z")),
            ("cron(30 22 1,15 NOV ? 2026)", None, Some("2026-11-15T22:30:00Z")),
            ("cron(0 9 ? * FRI-SUN *)", None, Some("2026-11-21T09:00:00Z")),
            ("cron(0 9 ? * SAT-MON *)", None, Some("2026-11-21T09:00:00Z")),
            ("cron(0 9 ? * 1 2027)", None, None),
            ("cron(0 9 L * ? *)", None, None),
            ("cron(0 9 15W * ? *)", None, Some("2026-11-16T09:00:00Z")),
            ("cron(0 9 ? * 6#3 *)", None, Some("2026-11-20T09:00:00Z")),
            ("cron(0 9 ? * 6#4 *)", None, None),
            ("cron(0 9 ? * L *)", None, Some("2026-11-21T09:00:00Z")),
        ] {
            let expected = expected.map(|text: &str| text.parse::<Timestamp>().unwrap());
            assert_eq!(last_run(schedule, zone, since, now), expected, "{schedule} {zone:?}");
        }
    }

    #[test]
    fn the_last_day_and_the_last_weekday_of_a_month_are_found() {
        let (since, now) = ("2026-10-02T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
        for (schedule, expected) in [
            ("cron(0 9 L * ? *)", "2026-11-30T09:00:00Z"),
            ("cron(0 9 LW OCT ? *)", "2026-10-30T09:00:00Z"),
            ("cron(0 9 31W OCT ? *)", "2026-10-30T09:00:00Z"),
            ("cron(0 9 ? * FRIL *)", "2026-11-27T09:00:00Z"),
            ("cron(0 9 1W NOV ? *)", "2026-11-02T09:00:00Z"),
        ] {
            assert_eq!(last_run(schedule, None, since, now), Some(expected.parse().unwrap()), "{schedule}");
        }
    }

    #[test]
    fn clocks_that_change_neither_lose_nor_repeat_a_single_time() {
        let zone = Some("America/New_York");
        for (schedule, now, expected) in [
            ("cron(30 2 * * ? *)", "2026-03-08T12:00:00Z", "2026-03-08T07:00:00Z"),
            ("cron(30 1 * * ? *)", "2026-11-01T12:00:00Z", "2026-11-01T05:30:00Z"),
            ("cron(0/30 1 * * ? *)", "2026-11-01T12:00:00Z", "2026-11-01T06:30:00Z"),
        ] {
            let (now, expected): (Timestamp, Timestamp) = (now.parse().unwrap(), expected.parse().unwrap());
            let since = now - SignedDuration::from_hours(24);
            assert_eq!(last_run(schedule, zone, since, now), Some(expected), "{schedule}");
        }
    }
}
