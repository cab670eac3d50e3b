//! The sentences of a report.

use std::collections::BTreeMap;

use super::view::ReportView;
use crate::cli::dollars::{destroyed_line, hours_text, range_rate, rate_difference, remarks};
use ebbtide::cost::{Amount, AmountRange, BreakEven, Difference, DifferenceRange, Report, Strategy};
use ebbtide::resource::Address;

/// Returns the name of the stack, its origin and its month.
pub(super) fn heading(view: &ReportView) -> String {
    let origin = if view.origin.recorded { "as recorded" } else { "as declared" };
    let hours = hours_text(view.report.hours_per_month);
    format!("{} in {}, {origin}: {}, a month of {hours}", view.stack, view.environment, view.region)
}

/// Returns how a stack runs as it is.
pub(super) fn how_it_runs(view: &ReportView) -> String {
    let hours = |hours: f64| format!("{}", (hours * 10.0).round() / 10.0);
    if let Some(remains) = view.origin.remains {
        return destroyed_line(remains);
    }
    match (&view.report.scheduled, view.report.always) {
        (Some(scheduled), _) => format!(
            "By its schedule it runs {} h of a month, of which {} h coming up, and is paused {} h.",
            hours(scheduled.hours_running),
            hours(scheduled.hours_coming_up),
            hours(scheduled.hours_paused)
        ),
        (None, Some(target)) => format!("It has no schedule, and is {target} all the time."),
        (None, None) => "It has no schedule.".to_owned(),
    }
}

/// Returns the month so far, by the ledger.
pub(super) fn so_far(view: &ReportView) -> Option<String> {
    let spending = view.so_far.as_ref()?;
    let spent = AmountRange { low: spending.accrued.least(), high: spending.accrued.most() };
    let since = spending.since.filter(|since| *since > spending.span.from);
    let since = since.map(|since| format!("; the ledger begins at {since:.0}")).unwrap_or_default();
    Some(format!("So far this month, by the ledger and without what is billed by use: {spent}{since}."))
}

/// Returns when a pause pays.
pub(super) fn break_even(even: &BreakEven) -> String {
    let saved = rate_difference(even.saved_hourly);
    let Some(hours) = even.hours else {
        return match even.saved_hourly.is_exact() {
            true => "A pause saves nothing: nothing bills by the hour that it would delete.".to_owned(),
            false => format!("The saving of a pause in an hour is {saved}, so it is not known when a pause pays."),
        };
    };
    let resume = duration(even.resume_ms as f64 / 3_600_000.0);
    let begun = match even.begun_hours {
        Difference::ZERO => String::new(),
        begun if begun.is_exact() => {
            format!(", and up to {begun} for hours that gateways and interface endpoints have begun")
        }
        _ => ", and hours that gateways and interface endpoints have begun, at a price that is not known".to_owned(),
    };
    format!(
        "A pause saves {saved} an hour. A resume bills for {resume} while the stack comes up{begun}. So a pause pays \
         if the stack is not needed for more than {}.",
        duration(hours)
    )
}

/// Returns hours as people write them: `1 h 40 min`.
fn duration(hours: f64) -> String {
    let minutes = (hours * 60.0).ceil() as i64;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// One step from the baseline to the costs as they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// The dollars of a month.
    Costs(AmountRange),
    /// The dollars that a strategy saves.
    Saves(DifferenceRange),
}

/// Returns the steps from the baseline to the costs as they are, with their names.
pub(super) fn steps(report: &Report) -> Vec<(String, Step)> {
    let name = |strategy: Strategy| format!("saved by {}", strategy.words());
    let savings = report.savings.iter().map(|saving| (name(saving.strategy), Step::Saves(saving.monthly)));
    [("always on".to_owned(), Step::Costs(AmountRange::exactly(report.baseline)))]
        .into_iter()
        .chain(savings)
        .chain([("as it is".to_owned(), Step::Costs(report.as_it_is))])
        .collect()
}

impl Step {
    /// Returns the dollars in words.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Costs(monthly) => monthly.to_string(),
            Self::Saves(monthly) => saving(monthly),
        }
    }

    /// Returns the share of the baseline, in whole percents; `None` without one that is known, and where nothing is saved.
    pub(super) fn percent(self, report: &Report) -> Option<String> {
        match self {
            Self::Saves(DifferenceRange::ZERO) => None,
            Self::Saves(monthly) => percent(report, monthly),
            Self::Costs(AmountRange { low, high }) => {
                percent(report, DifferenceRange { low: low - Amount::ZERO, high: high - Amount::ZERO })
            }
        }
    }
}

/// Returns a saving with its sign: `-$10.00`, or `up to -$10.00`; a dash for none. "At least" and "at most" are those of the
/// amount as it is written: a strategy that costs more than it saves is `+$5.00`, or more than that at the most saving.
fn saving(range: DifferenceRange) -> String {
    let change = |usd: f64| {
        let amount = Amount::of(-usd).to_string();
        if usd <= -0.005 { format!("+{amount}") } else { amount }
    };
    let mut bounds = range.bounds();
    match (bounds.least, bounds.most) {
        _ if range == DifferenceRange::ZERO => return "-".to_owned(),
        (Some(0.0), Some(most)) if most > 0.0 => return format!("up to {}", change(most)),
        (None, Some(usd)) | (Some(usd), None) if usd <= -0.005 => std::mem::swap(&mut bounds.least, &mut bounds.most),
        _ => {}
    }
    bounds.shown(&change)
}

/// Returns a part of the baseline in whole percents; `None` without a baseline that is known.
pub(super) fn percent(report: &Report, part: DifferenceRange) -> Option<String> {
    let baseline = report.baseline.known();
    let bounds = part.bounds();
    let is_known = baseline > 0.0 && !report.baseline.at_least && (bounds.least, bounds.most) != (None, None);
    is_known.then(|| bounds.shown(&|usd| format!("{}%", (usd / baseline * 100.0).round() + 0.0)))
}

/// Returns the resources that remain while the stack is paused, with their dollars; the dearest first.
pub(super) fn remaining(report: &Report) -> Vec<(&Address, Amount)> {
    let totals: BTreeMap<_, _> = report.paused.by_resource();
    let mut totals: Vec<_> = totals.into_iter().map(|(address, total)| (address, total.monthly)).collect();
    totals.retain(|(_, monthly)| *monthly != Amount::ZERO);
    totals.sort_by(|(_, one), (_, two)| two.known().total_cmp(&one.known()));
    totals
}

/// Returns the remarks below a report.
pub(super) fn notes(view: &ReportView) -> Vec<String> {
    let costs = &view.report.most;
    let declared = view.report.declared;
    let mut notes = vec![format!(
        "Always on: with the most instances that scaling or a window allows, and all objects in standard storage. With the declared \
         number of instances it would be {declared} a month."
    )];
    if view.report.scheduled.is_some() {
        notes.push("Holds, idleness and budgets are left out.".to_owned());
    }
    if !costs.by_use.is_empty() {
        let number = costs.by_use.len();
        notes.push(format!(
            "{number} charges by use have no amount below [usage], and are no part of the sums: `ebb cost estimate {}` lists them.",
            view.stack
        ));
    }
    notes.extend(remarks(costs));
    notes
}

/// Returns the bounds of the dollars of an hour while the stack runs by its schedule.
pub(super) fn average_hour(report: &Report) -> String {
    range_rate(report.as_it_is * (1.0 / report.hours_per_month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(usd: f64, may_be_more: bool, may_be_less: bool) -> DifferenceRange {
        DifferenceRange::exactly(Difference { known: usd, may_be_more, may_be_less })
    }

    #[test]
    fn a_bound_is_one_of_the_change_as_it_is_written() {
        for (range, shown) in [
            (DifferenceRange::ZERO, "-"),
            (open(5.0, false, false), "-$5.00"),
            (open(5.0, true, false), "at least -$5.00"),
            (open(5.0, false, true), "at most -$5.00"),
            (open(5.0, true, true), "unknown"),
            (open(-5.0, false, false), "+$5.00"),
            (open(-5.0, true, false), "at most +$5.00"),
            (open(-5.0, false, true), "at least +$5.00"),
            (DifferenceRange { low: Difference::ZERO, high: Difference::exactly(5.0) }, "up to -$5.00"),
            (DifferenceRange { low: Difference::exactly(1.0), high: Difference::exactly(5.0) }, "-$1.00 to -$5.00"),
        ] {
            assert_eq!(saving(range), shown, "{range:?}");
        }
    }
}
