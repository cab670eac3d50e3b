//! The schedules and time zones that Application Auto Scaling accepts.

use jiff::civil::DateTime;

/// Returns the problem with a schedule, if it has one. AWS accepts `cron(minute hour day month weekday year)`,
/// `rate(5 minutes)` and `at(2026-12-24T18:00:00)`.
pub(super) fn schedule_problem(schedule: &str) -> Option<String> {
    let inside = |name: &str| schedule.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(fields) = inside("cron") {
        return cron_problem(fields);
    }
    if let Some(rate) = inside("rate") {
        return rate_problem(rate);
    }
    if let Some(at) = inside("at") {
        let is_instant = at.len() == 19 && at.parse::<DateTime>().is_ok();
        return (!is_instant).then(|| format!("`{at}` is not an instant: write at(2026-12-24T18:00:00)"));
    }
    Some(format!(
        "`{schedule}` is not a schedule: write cron(0 18 ? * MON-FRI *), rate(5 minutes) or at(2026-12-24T18:00:00)"
    ))
}

fn cron_problem(text: &str) -> Option<String> {
    let fields: Vec<_> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
        return Some(format!(
            "cron({text}) has {} fields; AWS takes six: minute hour day month weekday year",
            fields.len()
        ));
    };
    let plain = |field: &&str| field.chars().all(|c| c.is_ascii_alphanumeric() || "*,-/?#".contains(c));
    if let Some(field) = fields.iter().find(|field| !plain(field)) {
        return Some(format!("`{field}` is not a field of a cron expression"));
    }
    if (*day == "?") == (*weekday == "?") {
        return Some("exactly one of day and weekday is `?`: cron(0 18 ? * MON-FRI *)".to_owned());
    }
    let ranges = [
        (minute, "minute", 0, 59),
        (hour, "hour", 0, 23),
        (day, "day", 1, 31),
        (month, "month", 1, 12),
        (weekday, "weekday", 1, 7),
        (year, "year", 1970, 2199),
    ];
    ranges.into_iter().find_map(|(field, name, least, most)| {
        let numbers = field.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
        let mut numbers = numbers.map(|digits| digits.parse::<u32>().unwrap_or(u32::MAX));
        // The number after a slash is a step and may be below the range.
        let outside = numbers.any(|number| number > most || (number < least && !field.contains('/')));
        outside.then(|| format!("`{field}` is not a valid {name}: {least} to {most}"))
    })
}

fn rate_problem(text: &str) -> Option<String> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let fits = match number.parse::<u32>() {
        Ok(0) | Err(_) => false,
        Ok(1) => matches!(unit, "minute" | "hour" | "day"),
        Ok(_) => matches!(unit, "minutes" | "hours" | "days"),
    };
    (!fits).then(|| format!("rate({text}): write rate(1 hour), rate(5 minutes)"))
}

/// Returns the problem with a time zone, as far as this machine knows time zones.
pub(super) fn zone_problem(zone: &str) -> Option<String> {
    let known = jiff::tz::db();
    if zone == "UTC" || known.is_definitively_empty() || known.get(zone).is_ok() {
        None
    } else {
        Some(format!("`{zone}` is not a time zone: write a canonical name such as Europe/Berlin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_outside_the_grammar_of_aws_are_refused() {
        for fine in [
            "cron(0 18 ? * MON-FRI *)",
            "cron(*/15 8-18 * * ? *)",
            "cron(0 0 1 1,7 ? 2027)",
            "rate(1 hour)",
            "rate(5 minutes)",
            "at(2026-12-24T18:00:00)",
        ] {
            assert_eq!(schedule_problem(fine), None, "{fine}");
        }
        for wrong in [
            "0 18 * * *",
            "cron(0 18 * * *)",
            "cron(0 18 * * * *)",
            "cron(0 18 ? * ? *)",
            "cron(0 25 ? * MON *)",
            "cron(0 18 ? * MON! *)",
            "rate(1 hours)",
            "rate(0 minutes)",
            "rate(5)",
            "at(tomorrow)",
            "at(2026-12-24)",
        ] {
            assert!(schedule_problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn zones_must_have_their_canonical_names() {
        assert_eq!(zone_problem("UTC"), None);
        assert_eq!(zone_problem("Europe/Berlin"), None);
        if !jiff::tz::db().is_definitively_empty() {
            assert!(zone_problem("Mars/Olympus").is_some());
        }
    }
}
