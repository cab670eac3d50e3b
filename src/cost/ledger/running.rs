//! The bills in force at an instant, and what is known of the instances.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::billing::{Bill, LedgerBilling};
use super::entry::{Entry, Event};
use crate::resource::{Address, Charge, Per};

/// The number of instances of a variant, as it was seen last.
#[derive(Clone, Copy, Debug)]
struct Seen {
    count: f64,
    /// The instant from which on others may have changed it: when it was seen, or when scaling began to vary it after that.
    since: Timestamp,
    /// The next knowledge: the number that is seen then, or none if the instances go or others take their place.
    next: Option<(Timestamp, Option<f64>)>,
}

/// The numbers of instances, by resource and variant.
type Fleets = BTreeMap<Address, BTreeMap<String, Seen>>;

/// The bills in force after some entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    bills: LedgerBilling,
    seen: Fleets,
    /// The beginnings of the bills by begun hours, by resource and item.
    begun: BTreeMap<(Address, String), Timestamp>,
    /// The number of changes of bills so far.
    changes: usize,
}

/// The bills in force and their items at an instant. Two that are equal cost the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The number of changes of bills before it.
    changes: usize,
    /// The least and the most items of each charge whose number may vary.
    items: Vec<(f64, f64)>,
}

impl Level {
    /// Returns whether some number of items is not known.
    pub(super) fn is_vague(&self) -> bool {
        self.items.iter().any(|(least, most)| least < most)
    }
}

/// Which of the numbers of instances that are possible is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Low,
    High,
}

impl Running {
    /// Goes on by an entry. `later` are the entries after it.
    pub(super) fn apply(&mut self, entry: &Entry, later: &[Entry]) {
        match &entry.event {
            Event::Bills(bills) => {
                self.changes += 1;
                self.begin_hours(bills, entry.at);
                for (address, bill) in bills {
                    match bill {
                        None => {
                            self.bills.remove(address);
                            self.seen.remove(address);
                        }
                        Some(bill) => {
                            let before = self.bills.insert(address.clone(), bill.clone());
                            self.note(address, before.as_ref(), bill, entry.at, later);
                        }
                    }
                }
            }
            Event::Counts(counts) => {
                for (address, variants) in counts {
                    let Some(bill) = self.bills.get(address) else { continue };
                    for (variant, count) in variants {
                        let next = next_of(address, variant, bill, later);
                        see(&mut self.seen, address, variant, Seen { count: *count, since: entry.at, next });
                    }
                }
            }
            Event::Once(_) | Event::Doubt(_) => {}
        }
    }

    /// Takes the numbers that a run declares as seen, if the instances are new: AWS has just begun with them. Otherwise the
    /// numbers that were seen before go on.
    fn note(&mut self, address: &Address, before: Option<&Bill>, bill: &Bill, at: Timestamp, later: &[Entry]) {
        let goes_on = before.filter(|before| before.charges == bill.charges);
        if goes_on.is_none() {
            self.seen.remove(address);
        }
        for fleet in bill.charges.iter().filter_map(|charge| charge.fleet.as_ref()) {
            let seen = self.seen.get_mut(address).and_then(|seen| seen.get_mut(&fleet.variant));
            match (goes_on, seen) {
                (Some(before), Some(seen)) => {
                    let varied = before.scaling.contains_key(&fleet.variant);
                    if !varied && bill.scaling.contains_key(&fleet.variant) {
                        seen.since = at;
                    }
                }
                _ => {
                    let next = next_of(address, &fleet.variant, bill, later);
                    see(&mut self.seen, address, &fleet.variant, Seen { count: fleet.count, since: at, next });
                }
            }
        }
    }

    /// Begins to count the hours of bills that are new. A resource that goes on under another address counts on.
    fn begin_hours(&mut self, bills: &BTreeMap<Address, Option<Bill>>, at: Timestamp) {
        let by_hour = |bill: &Bill| -> Vec<String> {
            let charges = bill.charges.iter().filter(|charge| matches!(charge.per, Per::BegunHour(_)));
            charges.map(|charge| charge.item.clone()).collect()
        };
        let mut begun = Vec::new();
        for (address, bill) in bills {
            let Some(bill) = bill else { continue };
            let before = self.bills.get(address).map(|_| address).or_else(|| {
                let goes = |other: &&Address| {
                    other.kind() == address.kind()
                        && self.bills.get(*other).is_some_and(|other| other.charges == bill.charges)
                };
                bills.iter().filter(|(_, bill)| bill.is_none()).map(|(other, _)| other).find(goes)
            });
            for item in by_hour(bill) {
                let since = before.and_then(|before| self.begun.get(&(before.clone(), item.clone())));
                begun.push(((address.clone(), item), since.copied().unwrap_or(at)));
            }
        }
        self.begun.retain(|(address, _), _| !bills.contains_key(address));
        self.begun.extend(begun);
    }

    /// Returns the instants after which a number of instances that was seen is no longer certain, while nothing else is known.
    pub(super) fn doubts(&self, holds: SignedDuration) -> impl Iterator<Item = Timestamp> {
        let each = self
            .seen
            .iter()
            .flat_map(|(address, variants)| variants.iter().map(move |(variant, seen)| (address, variant, seen)));
        let bounds = |address, variant: &str, count| self.bills.get(address)?.bounds(variant, count);
        let varying = each.filter(move |(address, variant, seen)| {
            seen.next.is_none() && bounds(address, variant, seen.count).is_some()
        });
        varying.filter_map(move |(.., seen)| seen.since.checked_add(holds).ok())
    }

    pub(super) fn bills(&self) -> &LedgerBilling {
        &self.bills
    }

    /// Returns the beginning of the bill of a charge by begun hours.
    pub(super) fn begun(&self, address: &Address, item: &str) -> Option<Timestamp> {
        self.begun.get(&(address.clone(), item.to_owned())).copied()
    }

    /// Returns the level of the bills at an instant.
    pub(super) fn level(&self, at: Timestamp, holds: SignedDuration) -> Level {
        let charges =
            self.bills.iter().flat_map(|(address, bill)| bill.charges.iter().map(move |charge| (address, charge)));
        let vary = charges.filter(|(_, charge)| charge.fleet.is_some());
        let items = vary.map(|(address, charge)| {
            let at_bound = |bound| self.items(address, charge, at, holds, bound);
            (at_bound(Bound::Low), at_bound(Bound::High))
        });
        Level { changes: self.changes, items: items.collect() }
    }

    /// Returns the number of items that a charge has at an instant, at one of the bounds of what is possible: between two looks
    /// that follow each other soon, a number between those that were seen; otherwise one between the bounds of scaling.
    pub(super) fn items(
        &self,
        address: &Address,
        charge: &Charge,
        at: Timestamp,
        holds: SignedDuration,
        bound: Bound,
    ) -> f64 {
        let Some(fleet) = &charge.fleet else { return charge.total() };
        let seen = self.seen.get(address).and_then(|seen| seen.get(&fleet.variant));
        let Some(seen) = seen else { return charge.total() };
        let after = seen.next.and_then(|(_, count)| count).unwrap_or(seen.count);
        let (mut least, mut most) = (seen.count.min(after), seen.count.max(after));
        let is_certain = match seen.next {
            Some((next, _)) => next.duration_since(seen.since) <= holds,
            None => at.duration_since(seen.since) < holds,
        };
        let bounds = self.bills.get(address).and_then(|bill| bill.bounds(&fleet.variant, seen.count));
        if let Some((min, max)) = bounds.filter(|_| !is_certain) {
            (least, most) = (least.min(min), most.max(max));
        }
        charge.quantity * if bound == Bound::Low { least } else { most }
    }
}

fn see(fleets: &mut Fleets, address: &Address, variant: &str, seen: Seen) {
    match fleets.get_mut(address).and_then(|variants| variants.get_mut(variant)) {
        Some(before) => *before = seen,
        None => {
            fleets.entry(address.clone()).or_default().insert(variant.to_owned(), seen);
        }
    }
}

/// Returns the next knowledge of the instances of a variant that has a bill.
fn next_of(address: &Address, variant: &str, bill: &Bill, later: &[Entry]) -> Option<(Timestamp, Option<f64>)> {
    later.iter().find_map(|entry| match &entry.event {
        Event::Counts(counts) => counts.get(address)?.get(variant).map(|count| (entry.at, Some(*count))),
        // Other bounds of scaling are no other instances.
        Event::Bills(bills) => {
            let goes_on = bills.get(address)?.as_ref().is_some_and(|next| next.charges == bill.charges);
            (!goes_on).then_some((entry.at, None))
        }
        Event::Once(_) | Event::Doubt(_) => None,
    })
}
