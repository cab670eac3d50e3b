//! Schedules of scheduled actions: `at(…)`, `rate(…)` and `cron(…)`, and their time zones.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::cron_field::{MONTHS, WEEKDAYS};
use crate::service::Fault;
use crate::services::json::invalid;

/// Checks a schedule.
pub fn check(schedule: &str) -> Result<(), Fault> {
    let refused = |why: String| invalid(format!("The schedule '{schedule}' is invalid: {why}"));
    let inside = schedule.strip_suffix(')').and_then(|rest| rest.split_once('('));
    match inside {
        Some(("at", instant)) => check_at(instant),
        Some(("rate", rate)) => check_rate(rate),
        Some(("cron", fields)) => check_cron(fields),
        _ => Err("it must be at(…), rate(…) or cron(…)".to_owned()),
    }
    .map_err(refused)
}

/// Checks the name of a time zone: canonical, as in the database of time zones.
pub fn check_zone(name: &str) -> Result<(), Fault> {
    let known = TimeZone::get(name).is_ok_and(|zone| zone.iana_name() == Some(name));
    if known { Ok(()) } else { Err(invalid(format!("The time zone '{name}' is not supported"))) }
}

fn check_at(instant: &str) -> Result<(), String> {
    let well_formed = instant.len() == "yyyy-mm-ddThh:mm:ss".len() && instant.as_bytes().get(10) == Some(&b'T');
    match instant.parse::<DateTime>() {
        Ok(_) if well_formed => Ok(()),
        _ => Err("at(…) needs yyyy-mm-ddThh:mm:ss".to_owned()),
    }
}

fn check_rate(rate: &str) -> Result<(), String> {
    let parts: Vec<&str> = rate.split_whitespace().collect();
    let [value, unit] = parts.as_slice() else { return Err("rate(…) needs a value and a unit".to_owned()) };
    let value: u32 = value.parse().map_err(|_| format!("'{value}' is not a positive number"))?;
    // AWS wants the grammar right: 1 minute, 2 minutes.
    let units = if value == 1 { ["minute", "hour", "day"] } else { ["minutes", "hours", "days"] };
    if value == 0 || !units.contains(unit) {
        return Err(format!("the unit of {value} must be one of {}", units.join(", ")));
    }
    Ok(())
}

/// One field of a cron expression: its title, its range, its names, and the letters that end a value.
struct Field {
    name: &'static str,
    range: (u32, u32),
    names: &'static [&'static str],
}

const FIELDS: [Field; 6] = [
    Field { name: "minutes", range: (0, 59), names: &[] },
    Field { name: "hours", range: (0, 23), names: &[] },
    Field { name: "day of month", range: (1, 31), names: &[] },
    Field { name: "month", range: (1, 12), names: MONTHS },
    Field { name: "day of week", range: (1, 7), names: WEEKDAYS },
    Field { name: "year", range: (1970, 2199), names: &[] },
];
const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

fn check_cron(expression: &str) -> Result<(), String> {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!(
            "cron(…) needs six fields, minutes hours day-of-month month day-of-week year, not {}",
            fields.len()
        ));
    }
    if (fields[DAY_OF_MONTH] == "?") == (fields[DAY_OF_WEEK] == "?") {
        return Err("exactly one of day of month and day of week must be ?".to_owned());
    }
    for (index, (text, field)) in fields.iter().zip(&FIELDS).enumerate() {
        let is_day = index == DAY_OF_MONTH || index == DAY_OF_WEEK;
        if *text == "?" && is_day {
            continue;
        }
        let good = text.split(',').all(|item| field.accepts(item) || is_day && special(item, index, field));
        if !good {
            return Err(format!("'{text}' is no {}", field.name));
        }
    }
    Ok(())
}

impl Field {
    /// Returns whether an item is valid: a value, a range or all, each with an optional step.
    fn accepts(&self, item: &str) -> bool {
        let (values, step) = item.split_once('/').map_or((item, None), |(values, step)| (values, Some(step)));
        let step_is_good = step.is_none_or(|step| number(step).is_some_and(|step| step > 0 && step <= self.range.1));
        let values_are_good = match values.split_once('-') {
            _ if values == "*" => true,
            Some((first, last)) => self.value(first).zip(self.value(last)).is_some_and(|(first, last)| {
                // Weekdays may wrap around the end of the week.
                first <= last || !self.names.is_empty()
            }),
            None => self.value(values).is_some(),
        };
        step_is_good && values_are_good
    }

    fn value(&self, text: &str) -> Option<u32> {
        let by_name = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match by_name {
            Some(index) => u32::try_from(index + 1).ok()?,
            None => number(text)?,
        };
        (self.range.0..=self.range.1).contains(&value).then_some(value)
    }
}

/// `L`, `LW`, `15W`; `6L`, `FRIL`, `6#3`.
fn special(item: &str, index: usize, field: &Field) -> bool {
    if item == "L" {
        return true;
    }
    if index == DAY_OF_MONTH {
        return item == "LW" || item.strip_suffix('W').is_some_and(|day| field.value(day).is_some());
    }
    match item.split_once('#') {
        Some((day, nth)) => field.value(day).is_some() && number(nth).is_some_and(|nth| (1..=5).contains(&nth)),
        None => item.strip_suffix('L').is_some_and(|day| field.value(day).is_some()),
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_schedules_pass() {
        for schedule in [
            "at(2026-11-21T08:00:00)",
            "rate(1 minute)",
            "rate(12 hours)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(0/15 * * * ? *)",
            "cron(30 22 1,15 jan-mar ? 2026-2030)",
            "cron(0 0 L * ? *)",
            "cron(0 0 15W * ? *)",
            "cron(0 9 ? * 6#3 *)",
            "cron(0 9 ? * FRI-MON *)",
        ] {
            check(schedule).unwrap_or_else(|fault| panic!("{schedule}: {}", fault.message));
        }
    }

    #[test]
    fn invalid_schedules_are_refused() {
        for (schedule, why) in [
            ("every day", "at(…), rate(…) or cron(…)"),
            ("at(2026-11-21 08:00:00)", "yyyy-mm-ddThh:mm:ss"),
            ("at(2026-02-30T08:00:00)", "yyyy-mm-ddThh:mm:ss"),
            ("rate(1 minutes)", "must be one of minute, hour, day"),
            ("rate(5 minute)", "must be one of minutes, hours, days"),
            ("rate(0 minutes)", "must be one of"),
            ("cron(0 8 * * MON-FRI)", "six fields"),
            ("cron(0 8 * * * *)", "exactly one of"),
            ("cron(0 8 ? * ? *)", "exactly one of"),
            ("cron(60 8 ? * MON *)", "'60' is no minutes"),
            ("cron(0 8 ? * MUN *)", "'MUN' is no day of week"),
            ("cron(0 8 ? * 0 *)", "'0' is no day of week"),
            ("cron(0 20-8 ? * MON *)", "'20-8' is no hours"),
            ("cron(0 8 ? * MON 99)", "'99' is no year"),
            ("cron(? 8 ? * MON *)", "'?' is no minutes"),
        ] {
            let message = check(schedule).expect_err(schedule).message;
            assert!(message.contains(why), "{message}");
        }
    }

    #[test]
    fn a_zone_must_be_known_by_its_canonical_name() {
        check_zone("Europe/Berlin").unwrap();
        check_zone("Etc/UTC").unwrap();
        for zone in ["Europe/Atlantis", "europe/berlin", "PST8", "+01:00"] {
            assert!(check_zone(zone).is_err(), "{zone}");
        }
    }
}
