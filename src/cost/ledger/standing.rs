//! The entries before an instant that still count after it. A reader of the time after that needs no others.

use std::collections::{BTreeMap, BTreeSet};

use super::billing::{Bill, LedgerBilling};
use super::entry::{Entry, Event};
use crate::resource::{Address, Per};

/// The entries that still count for one resource. They are known by their places.
#[derive(Clone, Debug, Default)]
struct Trail {
    /// The changes of its bill, and those of a resource that went on under its address.
    bills: Vec<(usize, Address, Option<Bill>)>,
    /// The number of bills before the first one with the present charges.
    before: usize,
    /// The last number of instances of each variant that was seen with the present charges.
    counts: BTreeMap<String, (usize, f64)>,
    /// The entry since which it may be gone.
    doubted: Option<usize>,
    /// The doubts that a resource had which went on under its address: if it was gone, no hours count on.
    doubted_before: Vec<(usize, Address)>,
}

/// Returns those of some entries that still count after them: with these, any later time accrues what it does with all.
/// `entries` are in the order of their instants.
///
/// - A resource that is gone needs none.
/// - Bills with the same charges need the first one, since instances and begun hours count from it; the last one; and those
///   between them with which scaling began to vary a variant.
/// - Of numbers of instances, the last one counts.
/// - A doubt counts until the next entry on its resource.
pub fn standing(entries: &[Entry]) -> Vec<Entry> {
    let mut trails: BTreeMap<Address, Trail> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        match &entry.event {
            Event::Bills(bills) => follow(&mut trails, index, bills),
            Event::Counts(counts) => {
                for (address, seen) in counts {
                    let Some(trail) = trails.get_mut(address) else { continue };
                    trail.doubted = None;
                    trail.counts.extend(seen.iter().map(|(variant, count)| (variant.clone(), (index, *count))));
                }
            }
            // What was paid once counts when it was paid.
            Event::Once(_) => {}
            Event::Doubt(doubted) => {
                for address in doubted {
                    let Some(trail) = trails.get_mut(address) else { continue };
                    trail.doubted.get_or_insert(index);
                }
            }
        }
    }
    let mut events = BTreeMap::new();
    for (address, trail) in trails {
        trail.keep(&address, &mut events);
    }
    events.into_iter().map(|(index, event)| Entry { event, ..entries[index].clone() }).collect()
}

/// Returns the bills that are in force after some entries.
pub fn bills_after(entries: &[Entry]) -> LedgerBilling {
    let mut after = LedgerBilling::new();
    for entry in entries {
        let Event::Bills(bills) = &entry.event else { continue };
        for (address, bill) in bills {
            match bill {
                Some(bill) => drop(after.insert(address.clone(), bill.clone())),
                None => drop(after.remove(address)),
            }
        }
    }
    after
}

/// Goes on by an entry that changes bills.
fn follow(trails: &mut BTreeMap<Address, Trail>, index: usize, bills: &BTreeMap<Address, Option<Bill>>) {
    let gone = bills.iter().filter(|(_, bill)| bill.is_none());
    let gone: Vec<(Address, Trail)> =
        gone.filter_map(|(address, _)| Some((address.clone(), trails.remove(address)?))).collect();
    for (address, bill) in bills {
        let Some(bill) = bill else { continue };
        // A resource that goes on under another address counts its begun hours on.
        let renamed = || {
            let goes_on = |(other, trail): &&(Address, Trail)| {
                other.kind() == address.kind() && trail.bill().is_some_and(|before| before.charges == bill.charges)
            };
            let (other, trail) = gone.iter().find(goes_on)?;
            let mut trail = Trail { counts: BTreeMap::new(), ..trail.clone() };
            trail.doubted_before.extend(trail.doubted.take().map(|doubt| (doubt, other.clone())));
            trail.bills.push((index, other.clone(), None));
            Some(trail)
        };
        let mut trail = trails.remove(address).or_else(renamed).unwrap_or_default();
        trail.add(index, address, bill);
        trails.insert(address.clone(), trail);
    }
}

impl Trail {
    /// Returns the bill in force.
    fn bill(&self) -> Option<&Bill> {
        self.bills.last()?.2.as_ref()
    }

    /// Goes on by a bill.
    fn add(&mut self, index: usize, address: &Address, bill: &Bill) {
        self.doubted = None;
        if self.bill().is_some_and(|before| before.charges == bill.charges) {
            if let [.., (_, _, Some(before)), (_, _, Some(last))] = &self.bills[self.before..]
                && before.scaling.keys().eq(last.scaling.keys())
            {
                self.bills.pop();
            }
        } else {
            self.counts.clear();
            // Hours that have begun count on with other charges.
            if !bill.charges.iter().any(|charge| matches!(charge.per, Per::BegunHour(_))) {
                self.bills.clear();
                self.doubted_before.clear();
            }
            self.before = self.bills.len();
        }
        self.bills.push((index, address.clone(), Some(bill.clone())));
    }

    /// Adds its entries to those of other resources.
    fn keep(self, address: &Address, events: &mut BTreeMap<usize, Event>) {
        for (index, of, bill) in self.bills {
            if let Event::Bills(bills) = events.entry(index).or_insert_with(|| Event::Bills(BTreeMap::new())) {
                bills.insert(of, bill);
            }
        }
        for (variant, (index, count)) in self.counts {
            if let Event::Counts(counts) = events.entry(index).or_insert_with(|| Event::Counts(BTreeMap::new())) {
                counts.entry(address.clone()).or_default().insert(variant, count);
            }
        }
        let doubts = self.doubted_before.into_iter().chain(self.doubted.map(|index| (index, address.clone())));
        for (index, of) in doubts {
            if let Event::Doubt(doubted) = events.entry(index).or_insert_with(|| Event::Doubt(BTreeSet::new())) {
                doubted.insert(of);
            }
        }
    }
}
