//! From charges to dollars.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::open::{Open, OpenItem, compare};
use super::{Amount, Book, Difference, OneTime, Price, PriceDate, Rates, UsageSettings};
use crate::resource::{Address, Charge, Per};

/// The hours of a month in AWS's calculators: a year of 365 days by twelve.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// The prices of a region, and the terms under which charges become dollars.
#[derive(Clone, Copy, Debug)]
pub struct Pricing<'a> {
    /// The price book.
    pub book: &'a Book,
    /// The region of the resources.
    pub region: &'a str,
    /// The hours of a month.
    pub hours: f64,
    /// The use of a month, as far as it is given.
    pub usage: &'a [&'a UsageSettings],
}

impl<'a> Pricing<'a> {
    /// Creates the usual terms: AWS's month of 730 hours, and no use.
    pub fn new(book: &'a Book, region: &'a str) -> Self {
        Self { book, region, hours: HOURS_PER_MONTH, usage: &[] }
    }
}

/// The dollars of a set of resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Costs {
    /// The charges, by address.
    pub lines: Vec<Line>,
    /// Their sum.
    pub total: Total,
    /// The parts that are not known.
    pub unknown: Vec<UnknownPart>,
    /// The charges by use for which no use is given. They are no part of the sum.
    pub by_use: Vec<UnpricedUse>,
    /// The prices of jobs, each for one run. They are no part of the sum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub once: Vec<OneTime>,
    /// The oldest date among the prices that were used.
    pub oldest_price: Option<PriceDate>,
    /// The parts that are not known, for differences.
    #[serde(skip)]
    open: Vec<Open>,
}

/// One charge in dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The resource.
    pub address: Address,
    /// The item of the price book.
    pub item: String,
    /// The unit of the price, if that is known.
    pub unit: Option<String>,
    /// The number of units in a month.
    pub quantity: f64,
    /// The variant whose instances are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The dollars of an hour; nothing for a charge by use.
    pub hourly: Amount,
    /// The dollars of a month.
    pub monthly: Amount,
}

/// A sum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Total {
    /// The dollars of an hour, without charges by use.
    pub hourly: Amount,
    /// The dollars of a month.
    pub monthly: Amount,
}

/// The difference of two sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TotalDifference {
    /// The difference of the dollars of an hour.
    pub hourly: Difference,
    /// The difference of the dollars of a month.
    pub monthly: Difference,
}

impl Default for Total {
    fn default() -> Self {
        Self { hourly: Amount::ZERO, monthly: Amount::ZERO }
    }
}

impl Total {
    pub(super) fn add(&mut self, line: &Line) {
        self.hourly += line.hourly;
        self.monthly += line.monthly;
    }

    /// Returns the same sum as a least amount.
    fn in_part(self) -> Self {
        Self { hourly: self.hourly + Amount::UNKNOWN, monthly: self.monthly + Amount::UNKNOWN }
    }
}

/// A part of a bill that is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnknownPart {
    /// The resource.
    pub address: Address,
    /// The reason.
    pub because: String,
}

/// A charge by use for which no use is given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnpricedUse {
    /// The resource.
    pub address: Address,
    /// The key below `[usage]`.
    pub usage: String,
    /// The item of the price book.
    pub item: String,
    /// The dollars of one unit of the use, before free parts and tiers; `None` if the price is not known.
    pub usd_each: Option<f64>,
}

impl Costs {
    /// Prices the charges of resources. Free parts and tiers count as if the resources were alone in their account.
    pub fn of(rates: &Rates, pricing: &Pricing<'_>) -> Self {
        let mut costs = Self::default();
        let mut charges: Vec<(&Address, &Charge, f64)> = Vec::new();
        for (address, charge) in all(rates) {
            costs.once.extend(OneTime::of(address, charge, pricing.book, pricing.region));
            match monthly_units(address, charge, pricing) {
                Some(units) => charges.push((address, charge, units)),
                None => costs.by_use.extend(unpriced(address, charge, pricing)),
            }
        }
        let mut units: BTreeMap<&str, f64> = BTreeMap::new();
        charges.iter().for_each(|(_, charge, number)| *units.entry(&charge.item).or_default() += number);
        let price = |item: &str| pricing.book.price(pricing.region, item);
        for (address, charge, number) in charges {
            let together = units.get(charge.item.as_str()).copied().unwrap_or(number);
            // All that use an item share its tiers, and its use beyond them, by their units.
            let share = if together > 0.0 { number / together } else { 0.0 };
            let monthly = price(&charge.item).map_or(Amount::UNKNOWN, |price| price.amount(together)) * share;
            if monthly.at_least {
                let because = unpriced_item(&charge.item, pricing);
                costs.unknown.push(UnknownPart { address: address.clone(), because });
                let units = price(&charge.item).map_or(together, |price| price.unpriced(together));
                let item = OpenItem { item: charge.item.clone(), units, share, by_time: charge.is_by_time() };
                costs.open.push(Open { address: address.clone(), item: Some(item) });
            }
            let hourly = match charge.per {
                Per::Use(_) | Per::Once(_) => Amount::ZERO,
                Per::Hour | Per::BegunHour(_) | Per::Month => monthly * (1.0 / pricing.hours),
            };
            costs.lines.push(Line {
                address: address.clone(),
                item: charge.item.clone(),
                unit: price(&charge.item).map(|price| price.unit.clone()),
                quantity: number,
                variant: charge.fleet.as_ref().map(|fleet| fleet.variant.clone()),
                hourly,
                monthly,
            });
        }
        let parts = rates.unknown.iter().map(|(address, because)| (address.clone(), because.clone()));
        costs.unknown.extend(parts.map(|(address, because)| UnknownPart { address, because }));
        costs.open.extend(rates.unknown.keys().map(|address| Open { address: address.clone(), item: None }));
        costs.unknown.sort();
        costs.unknown.dedup();
        costs.total = costs.sum();
        costs.oldest_price = costs.prices(pricing).map(|price| price.date).min();
        costs
    }

    /// Returns the prices that were used.
    pub fn prices<'a>(&self, pricing: &Pricing<'a>) -> impl Iterator<Item = &'a Price> {
        let once = self.once.iter().map(|one| one.item.as_str());
        let items: BTreeSet<&str> = self.lines.iter().map(|line| line.item.as_str()).chain(once).collect();
        let found: Vec<_> = items.into_iter().filter_map(|item| pricing.book.price(pricing.region, item)).collect();
        found.into_iter()
    }

    /// Returns the sum of one resource.
    pub fn of_resource(&self, address: &Address) -> Total {
        self.by_resource().get(address).copied().unwrap_or_default()
    }

    /// Returns the sum of each resource.
    pub fn by_resource(&self) -> BTreeMap<&Address, Total> {
        let mut totals: BTreeMap<&Address, Total> = BTreeMap::new();
        for line in &self.lines {
            totals.entry(&line.address).or_default().add(line);
        }
        for bill in self.unknown_bills() {
            let total = totals.entry(&bill.address).or_default();
            *total = total.in_part();
        }
        totals
    }

    /// Returns these costs less others, of the same prices. `same` are the resources that are the same in both: a bill of which
    /// nothing is known is no difference then.
    pub fn less(&self, other: &Self, same: &BTreeSet<Address>) -> TotalDifference {
        self.difference(other, same, (self.total, other.total), &|_| true)
    }

    /// Returns the costs of one resource less those of the same one in other costs, of the same prices.
    pub fn less_of(&self, address: &Address, other: &Self, same: &BTreeSet<Address>) -> TotalDifference {
        let totals = (self.of_resource(address), other.of_resource(address));
        self.difference(other, same, totals, &|open| open.address == *address)
    }

    fn difference(
        &self,
        other: &Self,
        same: &BTreeSet<Address>,
        (one, two): (Total, Total),
        counts: &dyn Fn(&Open) -> bool,
    ) -> TotalDifference {
        let difference = |known: f64, open: &dyn Fn(&&Open) -> bool| {
            let (may_be_more, may_be_less) =
                compare(self.open.iter().filter(open), other.open.iter().filter(open), same);
            Difference { known, may_be_more, may_be_less }
        };
        let by_time = |open: &&Open| counts(open) && open.item.as_ref().is_none_or(|item| item.by_time);
        TotalDifference {
            hourly: difference(one.hourly.known() - two.hourly.known(), &by_time),
            monthly: difference(one.monthly.known() - two.monthly.known(), &|open| counts(open)),
        }
    }

    /// Returns the bills of which nothing is known.
    fn unknown_bills(&self) -> impl Iterator<Item = &Open> {
        self.open.iter().filter(|open| open.item.is_none())
    }

    fn sum(&self) -> Total {
        let mut total = Total::default();
        self.lines.iter().for_each(|line| total.add(line));
        if self.unknown_bills().next().is_none() { total } else { total.in_part() }
    }
}

fn all(rates: &Rates) -> impl Iterator<Item = (&Address, &Charge)> {
    rates.resources.iter().flat_map(|(address, charges)| charges.iter().map(move |charge| (address, charge)))
}

/// Returns the number of units in a month; `None` for a charge by use for which no use is given.
fn monthly_units(address: &Address, charge: &Charge, pricing: &Pricing<'_>) -> Option<f64> {
    match &charge.per {
        Per::Hour | Per::BegunHour(_) => Some(charge.total() * pricing.hours),
        Per::Month => Some(charge.total()),
        Per::Once(_) => None,
        Per::Use(key) => {
            let used = pricing.usage.iter().find_map(|usage| usage.of(address, key))?;
            // The use of all instances together is given.
            Some(used * charge.quantity)
        }
    }
}

fn unpriced(address: &Address, charge: &Charge, pricing: &Pricing<'_>) -> Option<UnpricedUse> {
    let Per::Use(usage) = &charge.per else { return None };
    let price = pricing.book.price(pricing.region, &charge.item);
    let usd_each = price.and_then(|price| price.tiers.first()).map(|tier| tier.usd * charge.quantity);
    Some(UnpricedUse { address: address.clone(), usage: usage.clone(), item: charge.item.clone(), usd_each })
}

fn unpriced_item(item: &str, pricing: &Pricing<'_>) -> String {
    let region = pricing.region;
    match pricing.book.price(region, item) {
        Some(_) => format!("the book has no price of {item} in {region} for so much use"),
        None => format!("the book has no price of {item} in {region}"),
    }
}
