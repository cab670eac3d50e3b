//! The weekdays of cron expressions.

use super::days::{numbered, range};

/// Returns the field of weekdays with each range written as the list of its days: a range over the end of the week, such as
/// `FRI-MON`, is no range for croner.
pub(super) fn without_ranges(field: &str) -> String {
    let parts: Vec<String> = field.split(',').map(|part| listed(part).unwrap_or_else(|| part.to_owned())).collect();
    parts.join(",")
}

/// Returns the days of a range, as a list; `None` for anything else.
fn listed(part: &str) -> Option<String> {
    let (days, step) = part.split_once('/').unwrap_or((part, "1"));
    let (first, last) = days.split_once('-')?;
    let step = step.parse().ok().filter(|step| *step > 0)?;
    let (first, last) = (day(first)?, day(last)?);
    // `0-7` is the whole week, and `7-1` are Sunday and Monday.
    let days: Vec<u8> = if first == 0 && last == 7 { (0..7).collect() } else { range(first % 7, last % 7).collect() };
    let days: Vec<String> = days.iter().step_by(step).map(ToString::to_string).collect();
    Some(days.join(","))
}

/// Returns the number of a day, 0 to 7; both 0 and 7 are Sunday.
fn day(text: &str) -> Option<u8> {
    let digit = || text.parse().ok().filter(|day| *day <= 7 && text.len() == 1);
    digit().or_else(|| numbered(text).filter(|_| text.len() == 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_over_the_end_of_the_week_become_lists() {
        for (field, listed) in [
            ("FRI-MON", "5,6,0,1"),
            ("mon-fri", "1,2,3,4,5"),
            ("5-7", "5,6,0"),
            ("0-7", "0,1,2,3,4,5,6"),
            ("fri-mon/2,wed", "5,0,wed"),
            ("1", "1"),
            ("FRI#2", "FRI#2"),
            ("5L", "5L"),
            ("*", "*"),
            ("mon-fry", "mon-fry"),
        ] {
            assert_eq!(without_ranges(field), listed, "{field}");
        }
    }
}
