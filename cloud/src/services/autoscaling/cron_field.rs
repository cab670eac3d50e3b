//! The fields of a cron expression.

use std::collections::BTreeSet;

pub(super) const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
pub(super) const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Returns the values of a field of a cron expression: numbers, names, ranges and steps, separated by commas. The first of
/// `names` stands for the number `first_name`.
pub(super) fn values(field: &str, range: (u32, u32), names: &[&str], first_name: usize) -> Option<BTreeSet<u32>> {
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
