//! The sentences of a report.

use std::collections::BTreeMap;

use super::view::ReportView;
use crate::cli::dollars::{range_rate, rate, remarks};
use ebbtide::cost::{Amount, AmountRange, BreakEven, Report, Strategy};
use ebbtide::resource::Address;

/// Returns the name of the stack, its origin and its month.
pub(super) fn heading(view: &ReportView) -> String {
    let origin = if view.recorded { "as recorded" } else { "as declared" };
    let hours = view.report.hours_per_month;
    format!("{} in {}, {origin}: {}, a month of {hours} hours", view.stack, view.environment, view.region)
}

/// Returns how a stack runs as it is.
pub(super) fn how_it_runs(view: &ReportView) -> String {
    let hours = |hours: f64| format!("{}", (hours * 10.0).round() / 10.0);
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
    let Some(hours) = even.hours else {
        return "A pause saves nothing: nothing bills by the hour that it would delete.".to_owned();
    };
    let saved = rate(even.saved_hourly);
    let resume = duration(even.resume_ms as f64 / 3_600_000.0);
    let begun = match even.begun_hours {
        Amount::ZERO => String::new(),
        amount => format!(", and up to {amount} for hours that gateways and interface endpoints have begun"),
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

/// Returns the steps from the baseline to the costs as they are: the name, the dollars, and whether they are a saving.
pub(super) fn steps(report: &Report) -> Vec<(String, AmountRange, bool)> {
    let name = |strategy: Strategy| format!("saved by {}", strategy.words());
    let savings = report.savings.iter().map(|saving| (name(saving.strategy), saving.monthly, true));
    [("always on".to_owned(), AmountRange::exactly(report.baseline), false)]
        .into_iter()
        .chain(savings)
        .chain([("as it is".to_owned(), report.as_it_is, false)])
        .collect()
}

/// Returns a saving with its sign: `-$10.00`, or `up to -$10.00`; a dash for none.
pub(super) fn saving(range: AmountRange) -> String {
    let negative = |amount: Amount| Amount { usd: amount.usd.map(|usd| -usd), ..amount };
    match range {
        AmountRange::ZERO => "-".to_owned(),
        AmountRange { low: Amount::ZERO, high } => format!("up to {}", negative(high)),
        AmountRange { low, high } => AmountRange { low: negative(low), high: negative(high) }.to_string(),
    }
}

/// Returns the share of the baseline that is saved, in whole percents; `None` without a baseline.
pub(super) fn percent(report: &Report, saved: AmountRange) -> Option<String> {
    let baseline = report.baseline.known();
    let percent = |amount: Amount| (amount.known() / baseline * 100.0).round();
    let (low, high) = (percent(saved.low), percent(saved.high));
    (baseline > 0.0).then(|| if low == high { format!("{low}%") } else { format!("{low}% to {high}%") })
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
