//! Ledgers beside Cost Explorer: by how much the figures of budgets are raised, and the words for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::accounts::Account;
use super::month::start;
use ebbtide::budget::{Reconciled, Spend};
use ebbtide::cost::Pricing;
use ebbtide::cost::ledger::Span;

/// The reason for an answer without costs.
const UNTAGGED: &str = "Cost Explorer has no costs with the tags of this stack: activate `ebb:environment` and `ebb:stack` as cost \
                        allocation tags of the account that pays; they count from then on";

/// Excesses below this are not worth a word.
const HALF_A_CENT: f64 = 0.005;

/// The ledger of a stack beside Cost Explorer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reconciliation {
    /// The stack.
    pub stack: String,
    /// The comparison with the last answer that counts.
    pub compared: Option<Reconciled>,
    /// The reason why the last question has no answer, or none with costs.
    pub fault: Option<String>,
}

impl Reconciliation {
    /// Compares the ledger of a stack with the answer in its record.
    pub(super) fn of(account: &Account, pricing: &Pricing<'_>, now: Timestamp) -> Self {
        let bill = account.document.bill.as_ref();
        let ledger = |from, to| {
            let days = Span { from: start(from), to: start(to) };
            account.spent(&[days], pricing).into_iter().sum()
        };
        let compared = Reconciled::of(bill, ledger, now);
        let untagged = compared.filter(Reconciled::is_untagged).map(|_| UNTAGGED.to_owned());
        let fault = bill.and_then(|bill| bill.fault.clone()).or(untagged);
        Self { stack: account.stack.clone(), compared, fault }
    }

    /// Returns the dollars that Cost Explorer has beyond the ledger.
    pub fn excess(&self) -> f64 {
        self.compared.map_or(0.0, |compared| compared.excess)
    }

    /// Returns the fault for a notification: an identity that lasts as long as the fault does, and the words.
    pub(super) fn news(&self) -> Option<(String, String)> {
        let fault = self.fault.as_ref()?;
        let until = self.compared.filter(|compared| !compared.is_untagged());
        let from = match until {
            Some(until) => format!("the ledger, and from Cost Explorer's costs until {}", until.last_day()),
            None => "the ledger alone".to_owned(),
        };
        Some((fault.clone(), format!("budgets work from {from}: {fault}. Cost Explorer is asked again a day later")))
    }
}

/// Returns the stacks that say why they have no answer: of those with the same reason the first one.
pub(super) fn news(all: &[Reconciliation]) -> BTreeMap<String, (String, String)> {
    let mut said = BTreeSet::new();
    let new = all.iter().filter(|one| one.fault.as_ref().is_some_and(|fault| said.insert(fault)));
    new.filter_map(|one| Some((one.stack.clone(), one.news()?))).collect()
}

/// Returns reconciliations in words: what Cost Explorer has beyond the ledgers, and the faults with their stacks. Empty for a
/// budget that is not reconciled.
pub fn reconciliation_words(all: &[Reconciliation]) -> Vec<String> {
    let mut words = Vec::new();
    let compared = all.iter().filter_map(|one| one.compared.filter(|compared| !compared.is_untagged()));
    let compared: Vec<Reconciled> = compared.collect();
    let (until, asked) =
        (compared.iter().map(Reconciled::last_day).min(), compared.iter().map(|compared| compared.at).min());
    match until.zip(asked) {
        Some((until, asked)) => {
            let excess: f64 = compared.iter().map(|compared| compared.excess).sum();
            let beyond = if excess < HALF_A_CENT {
                format!("Cost Explorer has no more than the ledger for days until {until}")
            } else {
                let more = Spend::exactly(excess);
                format!(
                    "Cost Explorer has {more} more than the ledger for days until {until} (traffic, storage, what others made \
                     under these tags)"
                )
            };
            words.push(format!("{beyond}, asked {asked:.0}"));
        }
        None if all.iter().any(|one| one.fault.is_none()) => words.push(
            "Cost Explorer has not been asked this month: `ebb tick` and `ebb serve` ask it about days that have been over for 48 \
             hours"
                .to_owned(),
        ),
        None => {}
    }
    let mut faults: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in all {
        if let Some(fault) = &one.fault {
            faults.entry(fault).or_default().push(&one.stack);
        }
    }
    words.extend(faults.into_iter().map(|(fault, stacks)| format!("{}: {fault}", stacks.join(", "))));
    words
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn one(stack: &str, excess: Option<f64>, fault: Option<&str>) -> Reconciliation {
        let at = "2026-11-22T06:00:00Z".parse().unwrap();
        let (from, to, ledger) = (date(2026, 11, 1), date(2026, 11, 20), Spend::exactly(100.0));
        let compared = excess.map(|excess| Reconciled { at, from, to, cost_explorer: 101.0 + excess, ledger, excess });
        Reconciliation { stack: stack.to_owned(), compared, fault: fault.map(str::to_owned) }
    }

    #[test]
    fn excesses_add_up_and_stacks_with_the_same_fault_share_a_line() {
        let asked = "2026-11-22T06:00:00Z";
        let more = "more than the ledger for days until 2026-11-19";
        let what = "(traffic, storage, what others made under these tags)";
        let denied = Some("it is denied");
        for (all, expected) in [
            (vec![], vec![]),
            (vec![one("a", Some(0.0), None)], vec![format!("Cost Explorer has no {more}, asked {asked}")]),
            (
                vec![one("a", Some(1.5), None), one("b", Some(2.0), denied), one("c", None, denied)],
                vec![format!("Cost Explorer has $3.50 {more} {what}, asked {asked}"), "b, c: it is denied".to_owned()],
            ),
            (vec![one("a", None, denied)], vec!["a: it is denied".to_owned()]),
        ] {
            assert_eq!(reconciliation_words(&all), expected);
        }
        assert!(reconciliation_words(&[one("a", None, None)])[0].contains("has not been asked this month"));
    }

    #[test]
    fn a_fault_of_several_stacks_is_said_by_the_first_one() {
        let all =
            [one("a", None, None), one("b", None, Some("x")), one("c", None, Some("x")), one("d", None, Some("y"))];
        assert_eq!(news(&all).into_keys().collect::<Vec<_>>(), ["b", "d"]);
    }
}
