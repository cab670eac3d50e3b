//! The bills in force at an instant, and what is known of the instances.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::billing::{Bill, LedgerBilling};
use super::entry::{Entry, Event};
use crate::resource::{Address, Charge};

/// The number of instances of a variant, as it was seen last.
#[derive(Clone, Copy, Debug)]
struct Seen {
    count: f64,
    at: Timestamp,
}

/// The bills in force after some entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    bills: LedgerBilling,
    seen: BTreeMap<(Address, String), Seen>,
}

/// Which of the numbers of instances that are possible is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Low,
    High,
}

impl Running {
    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Bills(bills) => {
                for (address, bill) in bills {
                    self.seen.retain(|(of, _), _| of != address);
                    match bill {
                        None => drop(self.bills.remove(address)),
                        Some(bill) => {
                            self.note(address, bill, entry.at);
                            self.bills.insert(address.clone(), bill.clone());
                        }
                    }
                }
            }
            Event::Counts(counts) => {
                for (address, variants) in counts {
                    for (variant, count) in variants {
                        let seen = Seen { count: *count, at: entry.at };
                        self.seen.insert((address.clone(), variant.clone()), seen);
                    }
                }
            }
        }
    }

    /// Takes the numbers that a run declares as seen: AWS has just begun with them.
    fn note(&mut self, address: &Address, bill: &Bill, at: Timestamp) {
        for fleet in bill.charges.iter().filter_map(|charge| charge.fleet.as_ref()) {
            let seen = Seen { count: fleet.count, at };
            self.seen.insert((address.clone(), fleet.variant.clone()), seen);
        }
    }

    /// Returns the instants after which a number of instances that was seen is no longer certain.
    pub(super) fn doubts(&self, holds: SignedDuration) -> impl Iterator<Item = Timestamp> {
        let bounds = |address, variant: &str, count| self.bills.get(address)?.bounds(variant, count);
        let varying =
            self.seen.iter().filter(move |((address, variant), seen)| bounds(address, variant, seen.count).is_some());
        varying.filter_map(move |(_, seen)| seen.at.checked_add(holds).ok())
    }

    pub(super) fn bills(&self) -> &LedgerBilling {
        &self.bills
    }

    /// Returns the number of items that a charge has at an instant, at one of the bounds of what is possible.
    pub(super) fn items(
        &self,
        address: &Address,
        charge: &Charge,
        at: Timestamp,
        holds: SignedDuration,
        bound: Bound,
    ) -> f64 {
        let Some(fleet) = &charge.fleet else { return charge.total() };
        let seen = self.seen.get(&(address.clone(), fleet.variant.clone()));
        let count = seen.map_or(fleet.count, |seen| seen.count);
        let is_certain = seen.is_some_and(|seen| at.duration_since(seen.at) < holds);
        let bounds = self.bills.get(address).and_then(|bill| bill.bounds(&fleet.variant, count));
        let count = match (bounds.filter(|_| !is_certain), bound) {
            (None, _) => count,
            (Some((least, _)), Bound::Low) => least,
            (Some((_, most)), Bound::High) => most,
        };
        charge.quantity * count
    }
}
