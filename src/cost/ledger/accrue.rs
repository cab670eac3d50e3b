//! Accrual: the integral of the bills over time.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;

use super::doubt::{at_bound, gaps};
use super::entry::Entry;
use super::running::{Bound, Running};
use super::span::Span;
use crate::cost::{Amount, Pricing};
use crate::resource::{Address, Per};

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
}

/// Adds up the bills of an interval. `entries` are in the order of their instants. A number of instances that was seen is
/// certain for `holds` where scaling varies it; after that, and until it is seen again, only the bounds of scaling are.
pub fn accrue(entries: &[Entry], span: Span, holds: SignedDuration, pricing: &Pricing<'_>) -> Accrued {
    let low = Sweep { bound: Bound::Low, span, holds, pricing }.over(&at_bound(entries, Bound::Low));
    let high = Sweep { bound: Bound::High, span, holds, pricing }.over(entries);
    let mut accrued = Accrued { gaps: gaps(entries, span), ..Accrued::default() };
    accrued.gaps.extend(high.gaps);
    Span::merge(&mut accrued.gaps);
    for (address, most) in high.sums {
        let least = low.sums.get(&address).copied().unwrap_or(Amount::ZERO);
        // A begun hour may lie on the other side of an edge of the interval.
        let swaps = least.known() > most.known();
        let (least, most) = if swaps { (most, least) } else { (least, most) };
        accrued.add(&address, least, most);
    }
    accrued
}

/// One way through the entries of a ledger, at one of the bounds of what is possible.
struct Sweep<'a> {
    bound: Bound,
    span: Span,
    holds: SignedDuration,
    pricing: &'a Pricing<'a>,
}

/// The dollars of a way through a ledger.
#[derive(Default)]
struct Swept {
    sums: BTreeMap<Address, Amount>,
    gaps: Vec<Span>,
}

impl Sweep<'_> {
    fn over(&self, entries: &[Entry]) -> Swept {
        let mut running = Running::default();
        let mut swept = Swept::default();
        let mut at = 0;
        let mut apply = |running: &mut Running, until: Timestamp| {
            while let Some(entry) = entries.get(at).filter(|entry| entry.at <= until) {
                at += 1;
                running.apply(entry, &entries[at..]);
            }
            entries.get(at).map(|entry| entry.at)
        };
        let mut from = self.span.from;
        let mut next = apply(&mut running, from);
        while from < self.span.to {
            let until = [next, Some(month_after(from))].into_iter().flatten().chain(running.doubts(self.holds));
            let to = until.filter(|instant| *instant > from).min().unwrap_or(self.span.to).min(self.span.to);
            self.piece(&mut swept, &running, Span { from, to });
            next = apply(&mut running, to);
            from = to;
        }
        swept
    }

    /// Adds a piece of time in which nothing changes and which lies in one month.
    fn piece(&self, swept: &mut Swept, running: &Running, span: Span) {
        let month = hours_of_month(span.from);
        let items = |address, charge, bound| running.items(address, charge, span.from, self.holds, bound);
        let mut together: BTreeMap<&str, f64> = BTreeMap::new();
        for (address, bill) in running.bills() {
            for charge in &bill.charges {
                let units = monthly(&charge.per, items(address, charge, self.bound), month);
                *together.entry(&charge.item).or_default() += units;
            }
        }
        let mut is_gap = false;
        for (address, bill) in running.bills() {
            let mut sum = Amount::ZERO;
            for charge in &bill.charges {
                let units = monthly(&charge.per, items(address, charge, self.bound), month);
                let all = together.get(charge.item.as_str()).copied().unwrap_or(0.0);
                let hours = match charge.per {
                    Per::BegunHour(_) => begun_hours(running.begun(address, &charge.item), span),
                    Per::Hour | Per::Month | Per::Use(_) => span.hours(),
                };
                sum += share(self.pricing, &charge.item, units, all) * (hours / month);
                is_gap |=
                    charge.fleet.is_some() && items(address, charge, Bound::Low) < items(address, charge, Bound::High);
            }
            if bill.unknown.is_some() {
                sum += Amount::UNKNOWN;
            }
            *swept.sums.entry(address.clone()).or_insert(Amount::ZERO) += sum;
        }
        if is_gap {
            swept.gaps.push(span);
        }
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
        Per::Hour | Per::BegunHour(_) => items * month,
        Per::Month => items,
        Per::Use(_) => 0.0,
    }
}

/// Returns the number of hours that begin in an interval, counted from the beginning of a bill.
fn begun_hours(since: Option<Timestamp>, span: Span) -> f64 {
    let Some(since) = since else { return span.hours() };
    let begun_before = |instant: Timestamp| Span { from: since, to: instant }.hours().max(0.0).ceil();
    begun_before(span.to) - begun_before(span.from)
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
