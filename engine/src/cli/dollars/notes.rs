//! What is said beside a sum: unknown parts, charges by use, old prices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use ebbtide::cost::{
    Amount, AmountRange, Costs, Difference, OLD_AFTER_DAYS, OneTime, PriceDate, Total, UnknownPart, UnpricedUse,
};

/// The number of unknown parts that are listed at most.
const MOST_UNKNOWN: usize = 8;

/// The month that sums are for.
pub(super) const RATE_HOURS: f64 = ebbtide::cost::HOURS_PER_MONTH;

/// Returns a sum in words: `$1.50 an hour, $1,095.00 a month`.
pub(in crate::cli) fn total_text(total: Total) -> String {
    format!("{} an hour, {} a month", rate(total.hourly), total.monthly)
}

/// Returns the dollars of an hour. Less than a cent is shown with more digits.
pub(in crate::cli) fn rate(hourly: Amount) -> String {
    let is_small = hourly.usd.is_some_and(|usd| usd > 0.0 && usd < 0.1);
    hourly.shown(if is_small { 4 } else { 2 })
}

/// Returns the bounds of the dollars of an hour, or one if they are the same.
pub(in crate::cli) fn range_rate(hourly: AmountRange) -> String {
    hourly.shown(&rate)
}

/// Returns the bounds of a difference of an hour's dollars.
pub(in crate::cli) fn rate_difference(hourly: Difference) -> String {
    hourly.bounds().shown(&|usd| rate(Amount::of(usd)))
}

/// Returns a number of hours in words: `1 hour`, `730 hours`.
pub(in crate::cli) fn hours_text(hours: f64) -> String {
    if hours == 1.0 { "1 hour".to_owned() } else { format!("{hours} hours") }
}

/// Returns a line for each unknown part.
pub(super) fn unknown_lines(parts: &[UnknownPart]) -> Vec<String> {
    let shown = parts.iter().take(MOST_UNKNOWN);
    let mut lines: Vec<_> = shown.map(|part| format!("unknown: {}: {}", part.address, part.because)).collect();
    if parts.len() > MOST_UNKNOWN {
        lines.push(format!("unknown: {} more", parts.len() - MOST_UNKNOWN));
    }
    lines
}

/// Returns a line for each price that is paid once for a run of a job.
pub(super) fn once_lines(once: &[OneTime]) -> Vec<String> {
    let line = |one: &OneTime| {
        let quantity = one.quantity.map(|units| {
            let rounded = (units * 1000.0).round() / 1000.0;
            format!(" ({rounded} {} of {})", one.unit.as_deref().unwrap_or("units"), one.item)
        });
        let because = one.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
        format!("Once, for each run of {}: {}{}{because}", one.address, one.usd, quantity.unwrap_or_default())
    };
    once.iter().map(line).collect()
}

/// Returns a line for each resource that is billed by use, with the keys for which no use is given.
pub(super) fn use_lines(by_use: &[UnpricedUse]) -> Vec<String> {
    let mut keys: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    by_use.iter().for_each(|charge| keys.entry(&charge.address).or_default().push(&charge.usage));
    let line = |(address, keys): (_, Vec<&str>)| format!("{address}: {}", keys.join(", "));
    keys.into_iter().map(line).collect()
}

/// Returns whether prices of a date are old.
pub(in crate::cli) fn is_old(oldest: Option<PriceDate>) -> bool {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    oldest.is_some_and(|date| date.days_until(today) > OLD_AFTER_DAYS)
}

/// Returns the remark on prices that are old.
pub(super) fn age_line(oldest: Option<PriceDate>) -> Option<String> {
    let date = oldest.filter(|_| is_old(oldest))?;
    Some(format!("The oldest of these prices is of {date}, more than {OLD_AFTER_DAYS} days ago."))
}

/// Returns the remarks on sums: what is not known, and how old the prices are.
pub(in crate::cli) fn remarks(costs: &Costs) -> Vec<String> {
    unknown_lines(&costs.unknown).into_iter().chain(age_line(costs.oldest_price)).collect()
}
