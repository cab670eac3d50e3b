//! Accrual: the integral of the bills over time.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;

use super::entry::Entry;
use super::running::{Bound, Running};
use crate::cost::{Amount, Pricing};
use crate::resource::{Address, Per};

/// An interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, which is no part of it.
    pub to: Timestamp,
}

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

    fn add(&mut self, address: &Address, low: Amount, high: Amount) {
        let zero = ResourceSpend { low: Amount::ZERO, high: Amount::ZERO };
        let of = self.resources.entry(address.clone()).or_insert(zero);
        (of.low, of.high) = (of.low + low, of.high + high);
        (self.low, self.high) = (Some(self.least() + low), Some(self.most() + high));
    }

    fn add_gap(&mut self, span: Span) {
        match self.gaps.last_mut() {
            Some(last) if last.to == span.from => last.to = span.to,
            _ => self.gaps.push(span),
        }
    }
}

/// Adds up the bills of an interval. `entries` are in the order of their instants. A number of instances that was seen is
/// certain for `holds` where scaling varies it; after that, and until it is seen again, only the bounds of scaling are.
pub fn accrue(entries: &[Entry], span: Span, holds: SignedDuration, pricing: &Pricing<'_>) -> Accrued {
    let mut running = Running::default();
    let mut accrued = Accrued::default();
    let mut entries = entries.iter().peekable();
    while let Some(entry) = entries.next_if(|entry| entry.at <= span.from) {
        running.apply(entry);
    }
    let mut from = span.from;
    while from < span.to {
        let next = entries.peek().map(|entry| entry.at);
        let until = [next, Some(month_after(from))].into_iter().flatten().chain(running.doubts(holds));
        let to = until.filter(|instant| *instant > from).min().unwrap_or(span.to).min(span.to);
        piece(&mut accrued, &running, Span { from, to }, holds, pricing);
        while let Some(entry) = entries.next_if(|entry| entry.at <= to) {
            running.apply(entry);
        }
        from = to;
    }
    accrued
}

/// Adds a piece of time in which nothing changes and which lies in one month.
fn piece(accrued: &mut Accrued, running: &Running, span: Span, holds: SignedDuration, pricing: &Pricing<'_>) {
    let hours = hours(span);
    let month = hours_of_month(span.from);
    let units = |bound| {
        let mut units: BTreeMap<&str, f64> = BTreeMap::new();
        for (address, bill) in running.bills() {
            for charge in &bill.charges {
                let items = running.items(address, charge, span.from, holds, bound);
                *units.entry(&charge.item).or_default() += monthly(&charge.per, items, month);
            }
        }
        units
    };
    let together = [units(Bound::Low), units(Bound::High)];
    let mut is_gap = false;
    for (address, bill) in running.bills() {
        let mut sums = [Amount::ZERO; 2];
        for charge in &bill.charges {
            let [low, high] =
                [Bound::Low, Bound::High].map(|bound| running.items(address, charge, span.from, holds, bound));
            is_gap |= low < high;
            for ((sum, items), together) in sums.iter_mut().zip([low, high]).zip(&together) {
                let all = together.get(charge.item.as_str()).copied().unwrap_or(0.0);
                *sum += share(pricing, &charge.item, monthly(&charge.per, items, month), all) * (hours / month);
            }
        }
        if bill.unknown.is_some() {
            sums = sums.map(|sum| sum + Amount::UNKNOWN);
        }
        accrued.add(address, sums[0], sums[1]);
    }
    if is_gap {
        accrued.add_gap(span);
    }
}

/// Returns the dollars of a month for some of the units of an item that are billed together.
fn share(pricing: &Pricing<'_>, item: &str, units: f64, together: f64) -> Amount {
    if units == 0.0 {
        return Amount::ZERO;
    }
    pricing
        .book
        .price(pricing.region, item)
        .map_or(Amount::UNKNOWN, |price| price.amount(together) * (units / together))
}

/// Returns the number of units that items have in a month.
fn monthly(per: &Per, items: f64, month: f64) -> f64 {
    match per {
        Per::Hour => items * month,
        Per::Month => items,
        Per::Use(_) => 0.0,
    }
}

/// Returns the hours of an interval.
fn hours(span: Span) -> f64 {
    span.to.duration_since(span.from).as_secs_f64() / 3600.0
}

/// Returns the beginning of the next month of AWS's bill, which is one of UTC.
fn month_after(instant: Timestamp) -> Timestamp {
    let next =
        |date: jiff::civil::Date| date.first_of_month().checked_add(1.month()).ok()?.to_zoned(TimeZone::UTC).ok();
    next(instant.to_zoned(TimeZone::UTC).date()).map_or(Timestamp::MAX, |next| next.timestamp())
}

/// Returns the hours of the month that an instant lies in.
fn hours_of_month(instant: Timestamp) -> f64 {
    f64::from(instant.to_zoned(TimeZone::UTC).date().days_in_month()) * 24.0
}
