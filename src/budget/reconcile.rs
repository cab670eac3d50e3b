//! The reconciliation of the ledger with Cost Explorer.
//!
//! Cost Explorer has what the ledger lacks: traffic, storage and requests that are billed by use, and what others made under the
//! tags of a stack. It comes late, so only days count that have been over for long enough. It raises the figures of the ledger,
//! and never lowers them: tags count only from their activation on, so that it may know less.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;

use super::guard::{Spending, is_ahead};
use super::spend::Spend;
use crate::record::{Bill, BilledDays};

/// How long a day has to be over until its costs count. "The current month's data is available for viewing in about 24 hours", and
/// "Cost Explorer updates your cost data at least once every 24 hours" (AWS Cost Management User Guide, Enabling Cost Explorer).
const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// The share of the ledger's costs by which the two may differ without a reason: the ledger agrees with AWS's bill within 1 %.
const TOLERANCE: f64 = 0.01;
/// Costs below this are none.
const CENT: f64 = 0.01;

/// The costs of the same days by the ledger of a stack and by Cost Explorer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reconciled {
    /// The time of Cost Explorer's answer.
    pub at: Timestamp,
    /// The first day.
    pub from: Date,
    /// The day after the last one.
    pub to: Date,
    /// The dollars by Cost Explorer.
    pub cost_explorer: f64,
    /// The dollars by the ledger.
    pub ledger: Spend,
    /// The dollars that Cost Explorer has beyond the ledger.
    pub excess: f64,
}

/// Returns the days of the present month whose costs count, the second one excluded.
pub fn settled_days(now: Timestamp) -> Option<(Date, Date)> {
    let (first, end) = (day(now).first_of_month(), day(now.checked_sub(SETTLED_AFTER).ok()?));
    (first < end).then_some((first, end))
}

/// Returns whether Cost Explorer is to be asked: once on each day of UTC, if some day counts. A question by a clock that was ahead
/// does not count.
pub fn is_bill_due(bill: Option<&Bill>, now: Timestamp) -> bool {
    let is_old = |bill: &Bill| day(bill.asked) < day(now) || is_ahead(bill.asked, now);
    settled_days(now).is_some() && bill.is_none_or(is_old)
}

impl Reconciled {
    /// Compares the last answer of Cost Explorer with the ledger, which `ledger` returns for some days. `None` if there is no answer
    /// about the present month.
    pub fn of(bill: Option<&Bill>, ledger: impl FnOnce(Date, Date) -> Spend, now: Timestamp) -> Option<Self> {
        let answer = bill.and_then(|bill| bill.answer)?;
        let BilledDays { at, from, to, usd: cost_explorer } = answer;
        if from != day(now).first_of_month() || is_ahead(at, now) {
            return None;
        }
        let ledger = ledger(from, to);
        let excess = (cost_explorer - ledger.high * (1.0 + TOLERANCE)).max(0.0);
        Some(Self { at, from, to, cost_explorer, ledger, excess })
    }

    /// Returns whether Cost Explorer knows nothing of a stack that has cost something: its tags are not activated.
    pub fn is_untagged(&self) -> bool {
        self.cost_explorer < CENT && self.ledger.low >= CENT
    }

    /// Returns the last day.
    pub fn last_day(&self) -> Date {
        self.to.saturating_sub(1.day())
    }
}

impl Spending {
    /// Returns the spending with the dollars that Cost Explorer has beyond the ledger. They are spent, so that they are part of the
    /// forecast as well.
    #[must_use]
    pub fn raised(self, excess: f64) -> Self {
        let excess = Spend::exactly(excess);
        Self { actual: self.actual + excess, forecast: self.forecast + excess }
    }
}

/// Returns the day of an instant, in UTC as AWS bills.
fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn bill(asked: &str, usd: f64) -> Bill {
        let answer = BilledDays { at: at(asked), from: date(2026, 11, 1), to: date(2026, 11, 20), usd };
        Bill { asked: at(asked), answer: Some(answer), fault: None }
    }

    #[test]
    fn only_days_of_the_month_count_that_have_been_over_for_48_hours() {
        for (now, expected) in [
            ("2026-11-01T00:00:00Z", None),
            ("2026-11-02T12:00:00Z", None),
            ("2026-11-03T23:59:59Z", None),
            ("2026-11-04T00:00:00Z", Some((date(2026, 11, 1), date(2026, 11, 2)))),
            ("2026-11-22T06:00:00Z", Some((date(2026, 11, 1), date(2026, 11, 20)))),
            ("2026-11-22T23:59:59Z", Some((date(2026, 11, 1), date(2026, 11, 20)))),
            ("2026-12-02T06:00:00Z", None),
        ] {
            assert_eq!(settled_days(at(now)), expected, "{now}");
        }
    }

    #[test]
    fn cost_explorer_is_asked_once_a_day() {
        let asked = bill("2026-11-22T06:00:00Z", 1.0);
        for (now, expected) in [
            ("2026-11-22T06:00:01Z", false),
            ("2026-11-22T23:59:59Z", false),
            ("2026-11-23T00:00:00Z", true),
            ("2026-12-02T00:00:00Z", false),
            ("2026-12-04T00:00:00Z", true),
            // Clocks of two machines differ by seconds; a clock that was ahead counts for nothing.
            ("2026-11-22T05:59:30Z", false),
            ("2026-11-21T06:00:00Z", true),
        ] {
            assert_eq!(is_bill_due(Some(&asked), at(now)), expected, "{now}");
        }
        assert!(is_bill_due(None, at("2026-11-22T06:00:00Z")) && !is_bill_due(None, at("2026-11-02T06:00:00Z")));
    }

    #[test]
    fn cost_explorer_raises_the_figures_by_its_excess_and_never_lowers_them() {
        let now = at("2026-11-22T07:00:00Z");
        for (usd, ledger, expected) in [
            (150.0, Spend::exactly(100.0), 49.0),
            (101.0, Spend::exactly(100.0), 0.0),
            (20.0, Spend::exactly(100.0), 0.0),
            // Between the bounds of the ledger, nothing is beyond it.
            (95.0, Spend::between(80.0, 100.0), 0.0),
            (151.0, Spend::between(80.0, 100.0), 50.0),
            (5.0, Spend::default(), 5.0),
            (-5.0, Spend::default(), 0.0),
        ] {
            let bill = bill("2026-11-22T06:00:00Z", usd);
            let days = |from, to| {
                assert_eq!((from, to), (date(2026, 11, 1), date(2026, 11, 20)));
                ledger
            };
            let reconciled = Reconciled::of(Some(&bill), days, now).unwrap();
            assert!((reconciled.excess - expected).abs() < 1e-9, "{usd} beside {ledger}: {reconciled:?}");
            assert_eq!(reconciled.last_day(), date(2026, 11, 19));
        }
        let spending = Spending { actual: Spend::between(80.0, 100.0), forecast: Spend::exactly(300.0) };
        let raised = spending.raised(50.0);
        assert_eq!((raised.actual, raised.forecast), (Spend::between(130.0, 150.0), Spend::exactly(350.0)));
    }

    #[test]
    fn answers_about_another_month_or_of_a_clock_that_was_ahead_do_not_count() {
        let bill = bill("2026-11-22T06:00:00Z", 150.0);
        let of = |now: &str| Reconciled::of(Some(&bill), |_, _| Spend::default(), at(now));
        assert!(of("2026-11-22T06:00:00Z").is_some() && of("2026-11-30T23:00:00Z").is_some());
        assert_eq!((of("2026-12-01T00:00:00Z"), of("2026-11-21T06:00:00Z")), (None, None));
        assert_eq!(Reconciled::of(None, |_, _| Spend::default(), at("2026-11-22T06:00:00Z")), None);
    }

    #[test]
    fn tags_are_not_activated_where_cost_explorer_knows_nothing_and_the_ledger_something() {
        for (usd, ledger, expected) in [(0.0, 3.0, true), (0.0, 0.001, false), (2.0, 3.0, false)] {
            let bill = bill("2026-11-22T06:00:00Z", usd);
            let reconciled = Reconciled::of(Some(&bill), |_, _| Spend::exactly(ledger), at("2026-11-22T07:00:00Z"));
            assert_eq!(reconciled.unwrap().is_untagged(), expected, "{usd} beside {ledger}");
        }
    }
}
