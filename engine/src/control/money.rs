//! The money of an environment for those who watch it: dollars of an hour, budgets, and the course of the month.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::accounts::{Account, price_book, pricing};
use super::budgets::Budgets;
use super::month::month;
use crate::environment::Environment;
use ebbtide::budget::{Outlook, Spend};
use ebbtide::cost::ledger::Span;
use ebbtide::cost::{Amount, Capacity, Costs, Pricing, Standing};
use ebbtide::resource::Registry;
use ebbtide::schedule::Limit;

/// The money of an environment.
#[derive(Clone, Debug, Default)]
pub(super) struct Money {
    /// The dollars of an hour of what exists now, by stack.
    pub(super) hourly: BTreeMap<String, Amount>,
    /// The budgets.
    pub(super) budgets: Budgets,
    /// The course of the month of each stack with a budget of its own.
    pub(super) courses: BTreeMap<String, Vec<Point>>,
    /// The course of the month of all stacks together, if they have a budget.
    pub(super) course: Vec<Point>,
}

/// The spending from the beginning of a month until an instant of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Point {
    /// The instant.
    pub(super) at: Timestamp,
    /// The spending until then.
    #[serde(flatten)]
    pub(super) spent: Spend,
    /// Whether the instant is to come.
    pub(super) forecast: bool,
}

impl Money {
    /// Adds up the money of all stacks.
    pub(super) fn of(
        environment: &Environment,
        kinds: &Registry,
        accounts: &[Account],
        budgets: Budgets,
        now: Timestamp,
    ) -> Self {
        // A price book that cannot be read is reported with the budgets, and by the commands that show costs.
        let (book, _) = price_book(environment);
        let usual = Pricing::new(&book, &environment.aws().region);
        let of_month = pricing(&book, environment, now);
        let mut money = Self { budgets, ..Self::default() };
        for account in accounts {
            let rates = Standing::recorded(&account.document).rates(kinds).at(Capacity::Declared);
            money.hourly.insert(account.stack.clone(), Costs::of(&rates, &usual).total.hourly);
            let has_own = money.budgets.stacks.contains_key(&account.stack);
            if !has_own && money.budgets.environment.is_none() {
                continue;
            }
            let guarded = money.budgets.of(&account.stack, &account.document, false, now);
            let limit = guarded.limit(account.document.hold.as_ref(), now);
            let course = course((environment, kinds), &of_month, account, limit.as_ref(), now);
            if money.budgets.environment.is_some() {
                add(&mut money.course, &course);
            }
            if has_own {
                money.courses.insert(account.stack.clone(), course);
            }
        }
        if money.budgets.environment.as_ref().is_some_and(|one| one.incomplete) {
            money.course.iter_mut().for_each(|point| point.spent.at_least = true);
        }
        money
    }
}

/// Adds the spending of one more stack. All courses of an instant have the same points.
fn add(sum: &mut Vec<Point>, course: &[Point]) {
    if sum.is_empty() {
        sum.extend_from_slice(course);
        return;
    }
    sum.iter_mut().zip(course).for_each(|(sum, point)| sum.spent += point.spent);
}

/// Returns the spending of a stack until the beginning of each day of the month, until now, and until its end.
fn course(
    (environment, kinds): (&Environment, &Registry),
    pricing: &Pricing<'_>,
    account: &Account,
    limit: Option<&Limit>,
    now: Timestamp,
) -> Vec<Point> {
    let (begin, end) = month(now);
    let to_come = account.to_come((environment, kinds), pricing, limit, now);
    let instants = instants(begin, now, end);
    let spans: Vec<Span> = instants.iter().filter(|at| **at <= now).map(|to| Span { from: begin, to: *to }).collect();
    let so_far = account.spent(&spans, pricing);
    let actual = so_far.last().copied().unwrap_or_default();
    let past = spans.iter().zip(so_far).map(|(span, spent)| Point { at: span.to, spent, forecast: false });
    let future = instants.iter().filter(|at| **at > now).map(|at| {
        let spent = actual + between(&to_come, 0.0, hours(now, *at));
        Point { at: *at, spent, forecast: true }
    });
    past.chain(future).collect()
}

/// Returns the beginnings of the days of a month, its end, and now.
fn instants(begin: Timestamp, now: Timestamp, end: Timestamp) -> BTreeSet<Timestamp> {
    let first = begin.to_zoned(TimeZone::UTC);
    let days = (0..31).filter_map(|day| Some(first.checked_add(day.days()).ok()?.timestamp()));
    days.filter(|at| *at < end).chain([now, end]).collect()
}

/// Returns the spending between two times to come, in hours from now.
fn between(to_come: &[Outlook], from: f64, to: f64) -> Spend {
    let mut begin = 0.0;
    let parts = to_come.iter().map(|stretch| {
        let end = begin + stretch.hours;
        let share = (end.min(to) - f64::max(begin, from)).max(0.0);
        begin = end;
        stretch.hourly * share
    });
    parts.sum()
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spending_to_come_is_cut_out_of_its_stretches() {
        let stretch = |hours, usd| Outlook { hours, hourly: Spend::exactly(usd) };
        let to_come = [stretch(10.0, 8.0), stretch(14.0, 0.5)];
        assert_eq!(between(&to_come, 0.0, 24.0), Spend::exactly(87.0));
        assert_eq!(between(&to_come, 0.0, 5.0), Spend::exactly(40.0));
        assert_eq!(between(&to_come, 9.0, 12.0), Spend::exactly(9.0));
        assert_eq!(between(&to_come, 30.0, 40.0), Spend::default());
    }

    #[test]
    fn a_course_has_each_day_of_the_month_now_and_the_end() {
        let at = |text: &str| text.parse().unwrap();
        let (begin, now, end) = (at("2026-11-01T00:00:00Z"), at("2026-11-22T03:00:00Z"), at("2026-12-01T00:00:00Z"));
        let instants: Vec<_> = instants(begin, now, end).into_iter().collect();
        assert_eq!(instants.len(), 32, "{instants:?}");
        assert_eq!((instants[0], instants[22], instants[31]), (begin, now, end));
    }
}
