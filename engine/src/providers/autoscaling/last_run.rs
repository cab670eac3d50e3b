//! The last time at which a scheduled action ran, or would have run without a pause.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Returns the last time after `since` and until `now` at which a schedule ran: `at(…)`, `rate(…)` counted from `since`, or
/// `cron(…)`.
pub(super) fn last_run(schedule: &str, zone: Option<&str>, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let (form, inside) = schedule.strip_suffix(')')?.split_once('(')?;
    let zone = TimeZone::get(zone.unwrap_or("UTC")).ok()?;
    let last = match form {
        "at" => zone.to_timestamp(inside.parse::<DateTime>().ok()?).ok()?,
        "rate" => last_of_rate(inside, since, now)?,
        "cron" => cron(inside)?.find_previous_occurrence(&now.to_zoned(zone), true).ok()?.timestamp(),
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

/// Returns AWS's expression of six fields, `minute hour day month weekday year`, for the library, which counts weekdays from 0
/// and takes seconds.
fn cron(fields: &str) -> Option<Cron> {
    let fields: Vec<String> = fields.split_whitespace().map(str::to_ascii_uppercase).collect();
    let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else { return None };
    let pattern = [
        "0".to_owned(),
        plain(minutes, &Range { first: 0, last: 59, names: &[], shift: 0 })?,
        plain(hours, &Range { first: 0, last: 23, names: &[], shift: 0 })?,
        plain(days, &Range { first: 1, last: 31, names: &[], shift: 0 })?,
        plain(months, &Range { first: 1, last: 12, names: MONTHS, shift: 0 })?,
        plain(weekdays, &Range { first: 1, last: 7, names: WEEKDAYS, shift: 1 })?,
        plain(years, &Range { first: 1970, last: 2199, names: &[], shift: 0 })?,
    ];
    CronParser::builder().seconds(Seconds::Required).year(Year::Required).build().parse(&pattern.join(" ")).ok()
}

/// The values of a field, and by how much the library counts them lower.
struct Range {
    first: u32,
    last: u32,
    names: &'static [&'static str],
    shift: u32,
}

impl Range {
    /// Returns a value as the library counts it: a number, or a name.
    fn value(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().position(|name| *name == text).and_then(|index| u32::try_from(index).ok());
        let value = named.map(|index| self.first + index).or_else(|| text.parse().ok())?;
        (self.first..=self.last).contains(&value).then(|| value - self.shift)
    }
}

/// Translates the items of a field. The library knows neither ranges that wrap around the end nor steps from one value on.
fn plain(field: &str, range: &Range) -> Option<String> {
    let items: Option<Vec<String>> = field.split(',').map(|item| item_for_library(item, range)).collect();
    Some(items?.join(","))
}

fn item_for_library(item: &str, range: &Range) -> Option<String> {
    let is_weekday = range.shift > 0;
    let (first, last) = (range.first - range.shift, range.last - range.shift);
    match item {
        "*" | "?" => return Some("*".to_owned()),
        // The last day of the week.
        "L" if is_weekday => return Some(last.to_string()),
        "L" | "LW" => return Some(item.to_owned()),
        _ => {}
    }
    if let Some((weekday, which)) = item.split_once('#') {
        return Some(format!("{}#{which}", range.value(weekday)?));
    }
    if let Some(weekday) = item.strip_suffix('L').filter(|_| is_weekday) {
        return Some(format!("{}#L", range.value(weekday)?));
    }
    if let Some(day) = item.strip_suffix('W') {
        return Some(format!("{}W", range.value(day)?));
    }
    let (span, step) = item.split_once('/').map_or((item, None), |(span, step)| (span, Some(step)));
    let step = step.map_or(Some(1), |step| step.parse::<usize>().ok().filter(|step| *step > 0))?;
    let (from, to) = match span.split_once('-') {
        _ if span == "*" || span == "?" => (first, last),
        Some((from, to)) => (range.value(from)?, range.value(to)?),
        None if item.contains('/') => (range.value(span)?, last),
        None => return range.value(span).map(|value| value.to_string()),
    };
    let values: Vec<u32> = match from <= to {
        true => (from..=to).step_by(step).collect(),
        // Weekdays and months may wrap around the end.
        false => (from..=last).chain(first..=to).step_by(step).collect(),
    };
    Some(values.iter().map(u32::to_string).collect::<Vec<_>>().join(","))
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
            ("cron(0 9 ? * FRIL *)", None, None),
            ("cron(0 9 ? * L *)", None, Some("2026-11-21T09:00:00Z")),
        ] {
            let expected = expected.map(|text: &str| text.parse::<Timestamp>().unwrap());
            assert_eq!(last_run(schedule, zone, since, now), expected, "{schedule} {zone:?}");
        }
    }

    /// The cloud computes the same on its own. Where both agree on every expression, neither is likely to be wrong.
    #[cfg(feature = "embedded")]
    mod agreement {
        use ebbtide_cloud::services::autoscaling::last_run as last_run_of_cloud;
        use proptest::prelude::*;

        use super::*;

        /// Items of a field of numbers: values, ranges, steps.
        fn field(first: u32, last: u32) -> impl Strategy<Value = String> {
            let item = prop_oneof![
                4 => (first..=last).prop_map(|value| value.to_string()),
                1 => (first..=last, first..=last).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
                1 => (first..=last, 1..=9_u32).prop_map(|(value, step)| format!("{value}/{step}")),
                1 => (1..=9_u32).prop_map(|step| format!("*/{step}")),
            ];
            prop_oneof![
                1 => Just("*".to_owned()),
                5 => prop::collection::vec(item, 1..3).prop_map(|items| items.join(",")),
            ]
        }

        fn day() -> impl Strategy<Value = String> {
            prop_oneof![
                3 => field(1, 31),
                1 => Just("L".to_owned()),
                1 => Just("LW".to_owned()),
                2 => (1..=31_u32).prop_map(|day| format!("{day}W")),
                1 => (1..=31_u32, 1..=31_u32).prop_map(|(day, other)| format!("{day}W,{other}")),
            ]
        }

        fn weekday() -> impl Strategy<Value = String> {
            let name = prop_oneof![
                prop::sample::select(WEEKDAYS).prop_map(str::to_owned),
                (1..=7_u32).prop_map(|day| day.to_string()),
            ];
            prop_oneof![
                2 => name.clone(),
                2 => (name.clone(), name.clone()).prop_map(|(first, last)| format!("{first}-{last}")),
                1 => (name.clone(), name.clone()).prop_map(|(first, other)| format!("{first},{other}")),
                1 => Just("L".to_owned()),
                1 => name.clone().prop_map(|name| format!("{name}L")),
                2 => (name, 1..=5_u32).prop_map(|(name, nth)| format!("{name}#{nth}")),
            ]
        }

        fn expression() -> impl Strategy<Value = String> {
            let days = prop_oneof![
                day().prop_map(|day| (day, "?".to_owned())),
                weekday().prop_map(|day| ("?".to_owned(), day))
            ];
            let months = prop_oneof![3 => Just("*".to_owned()), 1 => field(1, 12), 1 => Just("NOV-FEB".to_owned())];
            let years = prop_oneof![4 => Just("*".to_owned()), 1 => field(2020, 2032)];
            (field(0, 59), field(0, 23), days, months, years).prop_map(|(minute, hour, (day, weekday), month, year)| {
                format!("cron({minute} {hour} {day} {month} {weekday} {year})")
            })
        }

        proptest! {
            #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
            #[test]
            fn cron_expressions_run_when_the_cloud_runs_them(
                expression in expression(),
                zone in prop::sample::select(vec!["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]),
                // From 2025 on, four years, to the minute.
                minutes in 0..(4 * 365 * 24 * 60_i64),
            ) {
                let now = Timestamp::from_second(1_735_689_600 + minutes * 60).unwrap();
                let since = now - jiff::SignedDuration::from_hours(24 * 500);
                let (ours, theirs) = (
                    last_run(&expression, Some(zone), since, now),
                    last_run_of_cloud(&expression, Some(zone), since, now),
                );
                prop_assert_eq!(ours, theirs, "{} {} at {}", expression, zone, now);
            }

            /// An hour at a time around the days on which clocks change, with expressions of the hours that they skip and repeat.
            #[test]
            fn the_days_on_which_clocks_change_are_the_same(
                minute in field(0, 59),
                hour in field(0, 3),
                zone in prop::sample::select(vec!["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
                change in 0..4_usize,
                minutes in 0..(30 * 60_i64),
            ) {
                let day = ["2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25"][change];
                let begin: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
                let now = begin + jiff::SignedDuration::from_mins(minutes);
                let since = begin - jiff::SignedDuration::from_hours(72);
                let expression = format!("cron({minute} {hour} * * ? *)");
                let (ours, theirs) = (
                    last_run(&expression, Some(zone), since, now),
                    last_run_of_cloud(&expression, Some(zone), since, now),
                );
                prop_assert_eq!(ours, theirs, "{} {} at {}", expression, zone, now);
            }
        }
    }
}
