//! Accrual: the integral of the bills over time.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::doubt::{at_bound, gaps};
use super::entry::{Entry, Event};
use super::running::Bound;
use super::span::Span;
use super::sweep::{Sweep, Swept};
use crate::cost::once::once;
use crate::cost::{Amount, Pricing};
use crate::resource::Address;

/// The dollars between two instants. Outside of the gaps both bounds are equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Accrued {
    /// The least that the resources can have cost.
    pub low: Option<Amount>,
    /// The most that they can have cost.
    pub high: Option<Amount>,
    /// The same for each resource.
    pub resources: BTreeMap<Address, ResourceSpend>,
    /// The time in which a number of instances was not known.
    pub gaps: Vec<Span>,
}

/// The dollars of one resource between two instants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ResourceSpend {
    /// The least that it can have cost.
    pub low: Amount,
    /// The most that it can have cost.
    pub high: Amount,
}

impl Accrued {
    /// Returns the least that the resources can have cost.
    pub fn least(&self) -> Amount {
        self.low.unwrap_or(Amount::ZERO)
    }

    /// Returns the most that they can have cost.
    pub fn most(&self) -> Amount {
        self.high.unwrap_or(Amount::ZERO)
    }

    /// Puts the two ways through a ledger together.
    fn between(low: &Swept, high: Swept, mut gaps: Vec<Span>) -> Self {
        gaps.extend(high.gaps);
        Span::merge(&mut gaps);
        let mut accrued = Self { gaps, ..Self::default() };
        for (address, most) in high.sums {
            let least = low.sums.get(&address).copied().unwrap_or(Amount::ZERO);
            // A begun hour may lie on the other side of an edge of the interval.
            let swaps = least.known() > most.known();
            let (least, most) = if swaps { (most, least) } else { (least, most) };
            accrued.add(&address, least, most);
        }
        accrued
    }

    fn add(&mut self, address: &Address, low: Amount, high: Amount) {
        let zero = ResourceSpend { low: Amount::ZERO, high: Amount::ZERO };
        let of = self.resources.entry(address.clone()).or_insert(zero);
        (of.low, of.high) = (of.low + low, of.high + high);
        (self.low, self.high) = (Some(self.least() + low), Some(self.most() + high));
    }
}

/// Adds up the bills of an interval. `entries` are in the order of their instants. A number of instances that was seen is
/// certain for `holds` where scaling varies it; after that, and until it is seen again, only the bounds of scaling are.
pub fn accrue(entries: &[Entry], span: Span, holds: SignedDuration, pricing: &Pricing<'_>) -> Accrued {
    accrue_each(entries, &[span], holds, pricing).pop().unwrap_or_default()
}

/// Does the same for some intervals, which may overlap, in one way through the entries. Returns the sums in the order of the
/// intervals.
pub fn accrue_each(entries: &[Entry], spans: &[Span], holds: SignedDuration, pricing: &Pricing<'_>) -> Vec<Accrued> {
    let low = Sweep { bound: Bound::Low, holds, pricing }.over(&at_bound(entries, Bound::Low), spans);
    let high = Sweep { bound: Bound::High, holds, pricing }.over(entries, spans);
    let both = spans.iter().zip(low.iter().zip(high));
    let accrued = |(span, (low, high)): (&Span, (&Swept, Swept))| {
        let mut accrued = Accrued::between(low, high, gaps(entries, *span));
        paid_once(entries, *span, pricing).for_each(|(address, usd)| accrued.add(address, usd, usd));
        accrued
    };
    both.map(accrued).collect()
}

/// Returns what was paid once in an interval, by job.
fn paid_once<'a>(
    entries: &'a [Entry],
    span: Span,
    pricing: &Pricing<'_>,
) -> impl Iterator<Item = (&'a Address, Amount)> {
    let within = entries.iter().filter(move |entry| span.from <= entry.at && entry.at < span.to);
    let paid = within.filter_map(|entry| match &entry.event {
        Event::Once(paid) => Some(paid),
        Event::Bills(_) | Event::Counts(_) | Event::Doubt(_) => None,
    });
    let charges = paid.flatten().flat_map(|(address, charges)| charges.iter().map(move |charge| (address, charge)));
    charges.map(|(address, charge)| (address, once(pricing.book, pricing.region, charge)))
}
