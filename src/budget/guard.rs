//! The guard: from the spending to what follows by the rules.
//!
//! A rule that is reached stays so until the month is over or its threshold changes. Otherwise a pause would lower the
//! forecast below the threshold that caused it, and the stack would come and go. A hold ends its effect at once.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::rule::{Action, Basis, Budget, Rule};
use super::spend::Spend;
use crate::schedule::{BudgetOf, Latch, Limit, LimitAction};

/// The spending of the present month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    /// The spending so far.
    pub actual: Spend,
    /// The spending of the whole month, by the schedule to come.
    pub forecast: Spend,
}

/// A rule that is reached, or may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// The rule.
    pub rule: Rule,
    /// Its record. `None`: the spending is known within bounds only, and the threshold lies between them.
    pub latch: Option<Latch>,
    /// Whether it was not recorded before.
    pub new: bool,
    /// Whether the spending is at the threshold now. A forecast may have fallen below it since.
    pub now: bool,
}

/// The outcome of the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The rules that are reached or may be, in the order of the file.
    pub reached: Vec<Reached>,
}

impl Verdict {
    /// Returns the records to keep.
    pub fn latches(&self) -> Vec<Latch> {
        self.reached.iter().filter_map(|reached| reached.latch.clone()).collect()
    }

    /// Returns the strongest limit that has taken effect.
    pub fn limit(&self, now: Timestamp) -> Option<Limit> {
        let acting = |action| {
            let of_action = self.reached.iter().filter(move |reached| reached.rule.action == action);
            of_action.filter_map(|reached| reached.latch.as_ref()).find(|latch| latch.acts <= now)
        };
        let limit = |latch: &Latch, action| Limit { action, since: latch.acts, reason: reason(latch) };
        acting(Action::Pause)
            .map(|latch| limit(latch, LimitAction::Pause))
            .or_else(|| acting(Action::Reduce).map(|latch| limit(latch, LimitAction::Reduce)))
    }

    /// Returns the first limit that is announced and has not taken effect.
    pub fn announced(&self, now: Timestamp) -> Option<(Action, &Latch)> {
        let to_come = self.reached.iter().filter_map(|reached| {
            let latch = reached.latch.as_ref().filter(|latch| latch.acts > now)?;
            matches!(reached.rule.action, Action::Reduce | Action::Pause).then_some((reached.rule.action, latch))
        });
        to_come.min_by_key(|(_, latch)| latch.acts)
    }

    /// Returns why an apply that raises spending is refused, if it is.
    pub fn blocks(&self) -> Option<String> {
        let blocking = |reached: &&Reached| reached.rule.action == Action::Block && reached.now;
        self.reached.iter().filter(blocking).find_map(|reached| reached.latch.as_ref().map(reason))
    }
}

/// Applies the rules of a budget to the spending. `latched` are the records of the last time, of all budgets.
pub fn guard((of, budget): (BudgetOf, &Budget), spending: &Spending, latched: &[Latch], now: Timestamp) -> Verdict {
    let reached = budget.rules.iter().filter_map(|rule| {
        let spent = match rule.of {
            Basis::Actual => spending.actual,
            Basis::Forecast => spending.forecast,
        };
        let name = rule.to_string();
        let known = latched.iter().find(|latch| {
            latch.of == of
                && latch.rule == name
                && same(latch.threshold, rule.threshold)
                && month(latch.since) == month(now)
                && !is_of_a_clock_ahead(latch, now)
        });
        let (certainly, possibly) = (spent.low >= rule.threshold, spent.high >= rule.threshold);
        let (latch, new) = match known {
            Some(latch) => (Some(latch.clone()), false),
            None if certainly => {
                let acts = now.checked_add(rule.grace).unwrap_or(Timestamp::MAX);
                (Some(Latch { of, rule: name, threshold: rule.threshold, since: now, acts, spent: spent.low }), true)
            }
            None if possibly => (None, false),
            None => return None,
        };
        Some(Reached { rule: rule.clone(), latch, new, now: certainly })
    });
    Verdict { reached: reached.collect() }
}

/// Returns whether a record begins after now, by more than clocks differ in use: a clock that was ahead made it, from spending that
/// is still to come.
pub fn is_of_a_clock_ahead(latch: &Latch, now: Timestamp) -> bool {
    is_ahead(latch.since, now)
}

/// Returns whether an instant is after now by more than clocks differ in use.
pub(super) fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > SignedDuration::from_mins(1)
}

/// Returns the rule of a record in words, with its figures.
pub fn reason(latch: &Latch) -> String {
    let (threshold, spent) = (Spend::exactly(latch.threshold), Spend::exactly(latch.spent));
    let of = match latch.of {
        BudgetOf::Stack => "budget",
        BudgetOf::Environment => "budget of the environment",
    };
    format!("{of}: {} ({threshold}), reached with {spent}", latch.rule)
}

/// Returns the first day of an instant's month, in UTC as AWS bills.
fn month(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date().first_of_month()
}

/// Returns whether two thresholds are the same to the cent.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.005
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    fn budget(rules: serde_json::Value) -> Budget {
        let settings: Settings =
            serde_json::from_value(serde_json::json!({ "monthly": 1000, "buffer": "20%", "rules": rules })).unwrap();
        Budget::new(&settings).unwrap()
    }

    fn spent(actual: f64, forecast: f64) -> Spending {
        Spending { actual: Spend::exactly(actual), forecast: Spend::exactly(forecast) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_pause_is_announced_before_it_acts_and_stays_for_the_month() {
        let budget = budget(serde_json::json!([{ "at": "100%", "of": "forecast", "do": "pause" }]));
        let noon = at("2026-11-20T12:00:00Z");
        let first = guard((BudgetOf::Stack, &budget), &spent(700.0, 1001.0), &[], noon);
        assert!(first.reached[0].new);
        assert_eq!(first.limit(noon), None);
        let announced = first.announced(noon).map(|(action, latch)| (action, latch.acts));
        assert_eq!(announced, Some((Action::Pause, at("2026-11-20T12:30:00Z"))));

        // Paused, the forecast falls below the threshold. The limit stays, and is not new.
        let later = at("2026-11-20T12:31:00Z");
        let second = guard((BudgetOf::Stack, &budget), &spent(700.0, 720.0), &first.latches(), later);
        assert!(!second.reached[0].new);
        let limit = second.limit(later).unwrap();
        assert_eq!((limit.action, limit.since), (LimitAction::Pause, at("2026-11-20T12:30:00Z")));
        assert!(limit.reason.contains("$1,001.00"), "{}", limit.reason);

        // The next month begins anew.
        let december = at("2026-12-01T00:00:00Z");
        assert_eq!(
            guard((BudgetOf::Stack, &budget), &spent(0.0, 900.0), &second.latches(), december),
            Verdict::default()
        );
    }

    #[test]
    fn a_record_of_a_clock_that_was_ahead_reaches_nothing() {
        let budget = budget(serde_json::json!([{ "at": "100%", "do": "pause", "grace": "0m" }]));
        let ahead = at("2026-11-23T05:40:00Z");
        let latched = guard((BudgetOf::Stack, &budget), &spent(1001.0, 2000.0), &[], ahead).latches();
        let now = at("2026-11-22T06:01:00Z");
        assert_eq!(guard((BudgetOf::Stack, &budget), &spent(700.0, 900.0), &latched, now), Verdict::default());
        // The figures of the right clock make a record of their own.
        let own = guard((BudgetOf::Stack, &budget), &spent(1001.0, 900.0), &latched, now);
        assert!(own.reached[0].new && own.latches()[0].since == now, "{own:?}");
        // The clocks of two machines differ by seconds.
        let soon = at("2026-11-23T05:39:50Z");
        assert!(!guard((BudgetOf::Stack, &budget), &spent(700.0, 900.0), &latched, soon).reached[0].new);
    }

    #[test]
    fn another_threshold_is_another_rule() {
        let now = at("2026-11-20T12:00:00Z");
        let before = budget(serde_json::json!([{ "at": "50%", "do": "pause", "grace": "0m" }]));
        let latched = guard((BudgetOf::Stack, &before), &spent(600.0, 900.0), &[], now).latches();
        assert!(guard((BudgetOf::Stack, &before), &spent(600.0, 900.0), &latched, now).limit(now).is_some());
        let raised = budget(serde_json::json!([{ "at": "70%", "do": "pause", "grace": "0m" }]));
        assert_eq!(guard((BudgetOf::Stack, &raised), &spent(600.0, 900.0), &latched, now), Verdict::default());
    }

    #[test]
    fn spending_known_within_bounds_reaches_a_rule_with_its_lower_bound_only() {
        let budget = budget(serde_json::json!([{ "at": "100%", "do": "pause", "grace": "0m" }]));
        let now = at("2026-11-20T12:00:00Z");
        let unsure = Spending { actual: Spend::between(950.0, 1050.0), forecast: Spend::exactly(1100.0) };
        let verdict = guard((BudgetOf::Stack, &budget), &unsure, &[], now);
        assert_eq!((verdict.reached.len(), verdict.latches().len(), verdict.limit(now)), (1, 0, None));
    }

    #[test]
    fn a_pause_is_stronger_than_a_reduction() {
        let budget = budget(serde_json::json!([
            { "at": "80%", "do": "reduce" },
            { "at": "buffer", "do": "pause", "grace": "0m" },
        ]));
        let now = at("2026-11-20T12:00:00Z");
        let limit = |actual| {
            guard((BudgetOf::Stack, &budget), &spent(actual, 0.0), &[], now).limit(now).map(|limit| limit.action)
        };
        assert_eq!(limit(799.0), None);
        assert_eq!(limit(800.0), Some(LimitAction::Reduce));
        assert_eq!(limit(1200.0), Some(LimitAction::Pause));
    }

    #[test]
    fn a_block_ends_when_the_forecast_falls() {
        let budget = budget(serde_json::json!([{ "at": "100%", "of": "forecast", "do": "block" }]));
        let now = at("2026-11-20T12:00:00Z");
        let reached = guard((BudgetOf::Stack, &budget), &spent(10.0, 1000.0), &[], now);
        assert!(reached.blocks().unwrap().starts_with("budget: block at 100% of the budget, forecast ($1,000.00)"));
        assert_eq!(guard((BudgetOf::Stack, &budget), &spent(10.0, 999.0), &reached.latches(), now).blocks(), None);
    }
}
