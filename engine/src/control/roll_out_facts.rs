//! The money of a roll-out: the facts that need no call to AWS.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::accounts::{Account, price_book, pricing};
use super::budgets::{Budgets, Guarded};
use super::month::start;
use crate::environment::Environment;
use ebbtide::budget::Spend;
use ebbtide::cost::ledger::Span;

/// The facts of a roll-out that need no call to AWS.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RolloutFacts {
    /// The cost of the last whole days as a share of the budget, at least, by their number.
    pub(super) costs: BTreeMap<u32, f64>,
    /// Why the budget does not hold.
    pub(super) over_budget: Option<String>,
}

impl RolloutFacts {
    /// Returns the facts of a stack at an instant.
    pub(super) fn of(
        environment: &Environment,
        account: &Account,
        (budgets, guarded): (&Budgets, &Guarded),
        now: Timestamp,
    ) -> Self {
        let under_way = account.document.rollout.as_ref().filter(|rollout| rollout.is_under_way());
        let Some(rollout) = under_way else { return Self::default() };
        let days = environment.rollout_rules(&account.stack, rollout).map(|rules| rules.days()).unwrap_or_default();
        let own = budgets.stacks.get(&account.stack);
        let spent = own.filter(|own| own.spending.actual.low > own.budget.monthly);
        let over = spent.map(|own| {
            format!("the budget of ${:.2} is spent: ${:.2} this month", own.budget.monthly, own.spending.actual.low)
        });
        let limit = guarded.limits.first().map(|limit| limit.reason.clone());
        let unknown = guarded.fault.as_ref().map(|fault| format!("whether the budget holds is not known: {fault}"));
        let costs = own.map(|own| costs(environment, account, (own.budget.monthly, &days), rollout.started, now));
        Self { costs: costs.unwrap_or_default(), over_budget: limit.or(over).or(unknown) }
    }
}

/// Returns the cost of the last whole days as a share of the budget, by their number. Days before the roll-out do not count.
fn costs(
    environment: &Environment,
    account: &Account,
    (monthly, days): (f64, &BTreeSet<u32>),
    started: Timestamp,
    now: Timestamp,
) -> BTreeMap<u32, f64> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let span = |days: &u32| {
        let span = Span { from: start(today.saturating_sub(i64::from(*days).days())), to: start(today) };
        (span.from >= started).then_some((*days, span))
    };
    let (days, spans): (Vec<u32>, Vec<Span>) = days.iter().filter_map(span).unzip();
    if spans.is_empty() {
        return BTreeMap::new();
    }
    let (book, _) = price_book(environment);
    let pricing = pricing(&book, environment, now);
    let spent = account.spent(&spans, &pricing);
    let share = |(days, spent): (u32, Spend)| (days, spent.low / (monthly * 24.0 * f64::from(days) / pricing.hours));
    days.into_iter().zip(spent).map(share).collect()
}
