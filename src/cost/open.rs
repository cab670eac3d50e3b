//! The parts of a bill that are not known, in a form in which two bills can be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::Address;

/// A part of the bill of a resource that is not known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) address: Address,
    /// `None` if nothing of the bill is known.
    pub(super) item: Option<OpenItem>,
}

/// The use of an item beyond the prices that are known. No price is below 0, so more of such use never costs less.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OpenItem {
    pub(super) item: String,
    /// The units of all resources together that have no price.
    pub(super) units: f64,
    /// The part of them that the resource pays.
    pub(super) share: f64,
    /// Whether it is billed by time, and not by use.
    pub(super) by_time: bool,
}

/// A part of two bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Item(&'a str),
    Bill(&'a Address),
}

/// Returns whether the parts that are not known may come to more in the first bill than in the second one, and whether they may
/// come to less. `same` are the resources whose bill, as far as nothing of it is known, is the same in both.
pub(super) fn compare<'a>(
    one: impl Iterator<Item = &'a Open>,
    two: impl Iterator<Item = &'a Open>,
    same: &BTreeSet<Address>,
) -> (bool, bool) {
    let (one, two) = (sums(one), sums(two));
    let parts: BTreeSet<_> = one.keys().chain(two.keys()).collect();
    let (mut more, mut less) = (false, false);
    for part in parts {
        let none = (0.0, 0.0);
        let (first, second) = (one.get(part).copied().unwrap_or(none), two.get(part).copied().unwrap_or(none));
        let is_same = match part {
            Part::Item(_) => is_close(first.0, second.0) && is_close(first.1, second.1),
            Part::Bill(address) => same.contains(*address) && one.contains_key(part) && two.contains_key(part),
        };
        if is_same {
            continue;
        }
        match part {
            Part::Item(_) => {
                more |= exceeds(first.0, second.0) || exceeds(first.1, second.1);
                less |= exceeds(second.0, first.0) || exceeds(second.1, first.1);
            }
            Part::Bill(_) => {
                more |= one.contains_key(part);
                less |= two.contains_key(part);
            }
        }
    }
    (more, less)
}

/// Returns the units of each part, and the share of them.
fn sums<'a>(open: impl Iterator<Item = &'a Open>) -> BTreeMap<Part<'a>, (f64, f64)> {
    let mut sums = BTreeMap::new();
    for one in open {
        match &one.item {
            None => drop(sums.insert(Part::Bill(&one.address), (1.0, 1.0))),
            Some(OpenItem { item, units, share, .. }) => {
                sums.entry(Part::Item(item)).or_insert((*units, 0.0)).1 += share;
            }
        }
    }
    sums
}

/// Averages over time are sums of fractions, which are not exact.
fn is_close(one: f64, two: f64) -> bool {
    (one - two).abs() <= 1e-9 * one.abs().max(two.abs())
}

fn exceeds(one: f64, two: f64) -> bool {
    one > two && !is_close(one, two)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(address: &str, item: Option<(f64, f64)>) -> Open {
        let item = item.map(|(units, share)| OpenItem { item: "an.item".into(), units, share, by_time: true });
        Open { address: address.parse().unwrap(), item }
    }

    fn compared(one: &[Open], two: &[Open]) -> (bool, bool) {
        compare(one.iter(), two.iter(), &BTreeSet::new())
    }

    #[test]
    fn more_units_without_a_price_never_cost_less() {
        let of = |units| [open("sns_topic.a", Some((units, 0.25))), open("sns_topic.b", Some((units, 0.75)))];
        assert_eq!(compared(&of(2.0), &of(1.0)), (true, false));
        assert_eq!(compared(&of(1.0), &of(2.0)), (false, true));
        assert_eq!(compared(&of(0.1 + 0.2), &of(0.3)), (false, false));
        assert_eq!(compared(&of(1.0), &[]), (true, false));
    }

    #[test]
    fn a_lesser_share_of_more_units_may_cost_more_or_less() {
        let of = |units, share| [open("sns_topic.a", Some((units, share)))];
        assert_eq!(compared(&of(2.0, 0.5), &of(1.0, 1.0)), (true, true));
        assert_eq!(compared(&of(2.0, 0.5), &of(2.0, 1.0)), (false, true));
    }

    #[test]
    fn a_bill_of_which_nothing_is_known_is_the_same_only_for_the_same_resource() {
        let bill = [open("sns_topic.a", None)];
        assert_eq!(compared(&bill, &[]), (true, false));
        assert_eq!(compared(&[], &bill), (false, true));
        assert_eq!(compared(&bill, &bill), (true, true));
        let same = BTreeSet::from(["sns_topic.a".parse().unwrap()]);
        assert_eq!(compare(bill.iter(), bill.iter(), &same), (false, false));
        assert_eq!(compare(bill.iter(), [].iter(), &same), (true, false));
    }
}
