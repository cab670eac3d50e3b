//! The costs of a stack so far, as text for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Serialize;

use super::table::{Align, table};
use crate::apply::{Billed, Spending};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::ledger::Accrued;
use ebbtide::cost::{Amount, AmountRange, Difference};
use ebbtide::resource::{Address, Scope, component_of};

/// The costs of a stack so far.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ActualView {
    format: u32,
    stack: String,
    environment: String,
    region: String,
    ledger: Spending,
    /// The whole days of which Cost Explorer knows the costs; null if it was not asked, or has none.
    cost_explorer: Option<ExplorerView>,
    /// The reason why there is nothing of Cost Explorer.
    note: Option<String>,
}

/// The costs of whole days, by Cost Explorer and by the ledger.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ExplorerView {
    from: Date,
    /// The day after the last one.
    to: Date,
    total: f64,
    #[serde(flatten)]
    billed: Billed,
    /// The ledger's costs of the same days.
    ledger: Accrued,
    /// Cost Explorer's dollars above the most that the ledger says, or below its least; 0 in between.
    difference: f64,
}

impl ActualView {
    pub(in crate::cli) fn new(
        scope: &Scope,
        ledger: Spending,
        cost_explorer: Option<ExplorerView>,
        note: Option<String>,
    ) -> Self {
        let Scope { stack, environment, region, .. } = scope.clone();
        Self { format: OUTPUT_FORMAT, stack, environment, region, ledger, cost_explorer, note }
    }
}

impl ExplorerView {
    /// Compares the costs of some days, the second excluded.
    pub(in crate::cli) fn new((from, to): (Date, Date), billed: Billed, ledger: Accrued) -> Self {
        let total = billed.total();
        let difference = difference(total, ledger.least(), ledger.most());
        Self { from, to, total, billed, ledger, difference }
    }
}

/// Returns the dollars by which a bill is outside of the bounds of the ledger.
fn difference(billed: f64, least: Amount, most: Amount) -> f64 {
    billed - billed.clamp(least.known(), most.known().max(least.known()))
}

/// Returns both bounds of an amount; one, if they are the same in cents.
fn bounds(low: Amount, high: Amount) -> String {
    AmountRange { low, high }.to_string()
}

/// Returns the dollars by which a bill is outside of the bounds of the ledger, with their sign. A part that the ledger does not
/// know makes it less.
fn signed(billed: f64, least: Amount, most: Amount) -> String {
    let may_be_less = least.at_least || most.at_least;
    Difference { may_be_less, ..Difference::exactly(difference(billed, least, most)) }.signed()
}

/// Returns the costs of a stack so far as text for people.
pub(in crate::cli) fn actual_table(view: &ActualView) -> String {
    use Align::{Left, Right};
    let accrued = &view.ledger.accrued;
    let span = view.ledger.span;
    // Writing into text cannot fail.
    let mut text = String::new();
    let _ = writeln!(text, "{} in {}, {:.0} to {:.0}\n", view.stack, view.environment, span.from, span.to);
    let billed = accrued.resources.keys();
    let names: BTreeSet<&str> =
        view.ledger.names.iter().map(String::as_str).chain(billed.clone().map(Address::name)).collect();
    let components: BTreeSet<&str> = billed.map(|address| component_of(address, &names)).collect();
    let mut rows = vec![["resource", "by the ledger"].map(str::to_owned)];
    for component in components {
        let of = |address: &Address| component_of(address, &names) == component;
        let own: Vec<_> = accrued.resources.iter().filter(|(address, _)| of(address)).collect();
        let sum = |amounts: Vec<Amount>| amounts.into_iter().fold(Amount::ZERO, |sum, one| sum + one);
        let low = sum(own.iter().map(|(_, spend)| spend.low).collect());
        let high = sum(own.iter().map(|(_, spend)| spend.high).collect());
        rows.push([component.to_owned(), bounds(low, high)]);
        rows.extend(own.iter().map(|(address, spend)| [format!("  {address}"), bounds(spend.low, spend.high)]));
    }
    rows.push(["together".to_owned(), bounds(accrued.least(), accrued.most())]);
    text.push_str(&table([Left, Right], &rows));
    for remark in remarks(view) {
        let _ = writeln!(text, "\n{remark}");
    }
    if let Some(explorer) = &view.cost_explorer {
        text.push_str(&explorer_table(explorer));
    }
    text
}

fn remarks(view: &ActualView) -> Vec<String> {
    let mut remarks = Vec::new();
    match view.ledger.since {
        None => {
            remarks.push("The ledger is empty: nothing that bills by time was recorded since it exists.".to_owned())
        }
        Some(since) if since > view.ledger.span.from => {
            remarks.push(format!("The ledger begins at {since:.0}; what was before is no part of this."));
        }
        Some(_) => {}
    }
    let accrued = &view.ledger.accrued;
    let (gaps, least, most) = (&accrued.gaps, accrued.least(), accrued.most());
    // A gap of seconds that costs no cent is not worth a line.
    if !gaps.is_empty() && least.to_string() != most.to_string() {
        let length = gaps.iter().fold(SignedDuration::ZERO, |sum, gap| sum + gap.to.duration_since(gap.from));
        let hours = length.as_secs_f64() / 3600.0;
        remarks.push(format!(
            "For {hours:.1} hours nobody counted the instances that scaling varies: they were between its bounds."
        ));
    }
    if let Some(note) = &view.note {
        remarks.push(format!("By the ledger alone: {note}."));
    }
    remarks
}

/// Returns the days that Cost Explorer knows, beside the ledger's.
fn explorer_table(explorer: &ExplorerView) -> String {
    use Align::{Left, Right};
    let mut text = format!("\nCost Explorer, {} to {}, the last day excluded\n\n", explorer.from, explorer.to);
    let head = ["resource", "by the ledger", "Cost Explorer", "difference"];
    let mut rows = vec![head.map(str::to_owned)];
    let billed = &explorer.billed.resources;
    let known = explorer.ledger.resources.keys().map(ToString::to_string);
    let all: BTreeSet<String> = known.chain(billed.keys().cloned()).collect();
    if !billed.is_empty() {
        for name in all {
            let spend = name.parse::<Address>().ok().and_then(|address| explorer.ledger.resources.get(&address));
            let (low, high) = spend.map_or((Amount::ZERO, Amount::ZERO), |spend| (spend.low, spend.high));
            let cost = billed.get(&name).copied().unwrap_or(0.0);
            rows.push([name, bounds(low, high), Amount::of(cost).to_string(), signed(cost, low, high)]);
        }
    }
    if explorer.billed.other != 0.0 {
        rows.push([
            "without an address".to_owned(),
            String::new(),
            Amount::of(explorer.billed.other).to_string(),
            String::new(),
        ]);
    }
    let ledger = &explorer.ledger;
    rows.push([
        "together".to_owned(),
        bounds(ledger.least(), ledger.most()),
        Amount::of(explorer.total).to_string(),
        signed(explorer.total, ledger.least(), ledger.most()),
    ]);
    text.push_str(&table([Left, Right, Right, Right], &rows));
    text.push_str("\nCost Explorer has what is billed by use as well, which the ledger has not.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_within_the_bounds_of_the_ledger_does_not_differ() {
        let bounds = [1.0, 2.0].map(Amount::of);
        assert_eq!([0.5, 1.5, 2.5].map(|billed| difference(billed, bounds[0], bounds[1])), [-0.5, 0.0, 0.5]);
    }

    #[test]
    fn amounts_that_differ_in_cents_are_bounds() {
        assert_eq!(bounds(Amount::of(1.001), Amount::of(1.002)), "$1.00");
        assert_eq!(bounds(Amount::of(1.0), Amount::of(2.0)), "$1.00 to $2.00");
        let one = Amount::of(1.0);
        assert_eq!([0.5, 1.0, 1.5].map(|billed| signed(billed, one, one)), ["-$0.50", "$0.00", "+$0.50"]);
        assert_eq!(signed(1.5, one, one + Amount::UNKNOWN), "at most +$0.50");
    }
}
