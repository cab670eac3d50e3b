//! The last time at which a scheduled action ran, or would have run without a pause.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Returns the last time after `since` and until `now` at which a schedule ran: `at(…)`, `rate(…)` counted from `since`, or
/// `cron(…)`. The letters `L`, `W` and `#` of days are not computed: such a schedule counts as not run.
pub(super) fn last_run(schedule: &str, zone: Option<&str>, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
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
    let (minutes, hours) = (values(minutes, (0, 59), &[], 0)?, values(hours, (0, 23), &[], 0)?);
    let (days, months) = (values(days, (1, 31), &[], 0)?, values(months, (1, 12), MONTHS, 1)?);
    let (weekdays, years) = (values(weekdays, (1, 7), WEEKDAYS, 1)?, values(years, (1970, 2199), &[], 0)?);
    let runs_on = |date: Date| {
        let has = |set: &BTreeSet<u32>, value: i16| u32::try_from(value).is_ok_and(|value| set.contains(&value));
        has(&days, date.day().into())
            && has(&months, date.month().into())
            && has(&years, date.year())
            && has(&weekdays, date.weekday().to_sunday_one_offset().into())
    };
    let (mut date, first) = (now.to_zoned(zone.clone()).date(), since.to_zoned(zone.clone()).date());
    while date >= first {
        if runs_on(date) {
            for hour in hours.iter().rev() {
                for minute in minutes.iter().rev() {
                    let (hour, minute) = (i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?);
                    let run = zone.to_timestamp(date.at(hour, minute, 0, 0)).ok()?;
                    if run <= now {
                        return Some(run);
                    }
                }
            }
        }
        date = date.checked_sub(1.day()).ok()?;
    }
    None
}

/// Returns the values of a field of a cron expression: numbers, names, ranges and steps, separated by commas. The first of
/// `names` stands for the number `first_name`.
fn values(field: &str, range: (u32, u32), names: &[&str], first_name: usize) -> Option<BTreeSet<u32>> {
    let number = |text: &str| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        named.map_or_else(|| text.parse().ok(), |index| u32::try_from(index + first_name).ok())
    };
    let mut all = BTreeSet::new();
    for item in field.split(',') {
        let (span, step) = item.split_once('/').map_or((item, None), |(span, step)| (span, Some(step)));
        let step = step.map_or(Some(1), |step| step.parse::<usize>().ok().filter(|step| *step > 0))?;
        let (first, last) = match span.split_once('-') {
            _ if span == "*" || span == "?" => range,
            Some((first, last)) => (number(first)?, number(last)?),
            None => {
                let first = number(span)?;
                (first, if item.contains('/') { range.1 } else { first })
            }
        };
        if first <= last {
            all.extend((first..=last).step_by(step));
        } else {
            // Weekdays and months may wrap around the end.
            all.extend((first..=range.1).chain(range.0..=last).step_by(step));
        }
    }
    Some(all)
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
        ] {
            let expected = expected.map(|text: &str| text.parse::<Timestamp>().unwrap());
            assert_eq!(last_run(schedule, zone, since, now), expected, "{schedule} {zone:?}");
        }
    }
}
