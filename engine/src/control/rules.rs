//! The rules of a budget as they stand: for pages, metrics and people.

use jiff::Timestamp;
use serde::Serialize;

use super::budgets::Evaluated;

/// One rule of a budget, and whether it is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleState {
    /// The rule in words.
    pub rule: String,
    /// The dollars at which it is reached.
    pub threshold: f64,
    /// `not_reached`, `maybe`, `announced` or `reached`.
    pub state: &'static str,
    /// The time since which it is reached.
    pub since: Option<Timestamp>,
    /// The time from which on it takes effect.
    pub acts: Option<Timestamp>,
}

impl RuleState {
    /// Returns the state in words.
    pub fn words(&self) -> String {
        match (self.state, self.since, self.acts) {
            ("reached", Some(since), _) => format!("reached {since:.0}"),
            ("announced", Some(since), Some(acts)) => format!("reached {since:.0}, takes effect {acts:.0}"),
            ("maybe", ..) => "may be reached: the spending is known within bounds only".to_owned(),
            _ => "not reached".to_owned(),
        }
    }
}

impl Evaluated {
    /// Returns all rules of the budget with their states.
    pub fn rules(&self, now: Timestamp) -> Vec<RuleState> {
        let rules = self.budget.rules.iter().map(|rule| {
            let reached = self.verdict.reached.iter().find(|reached| reached.rule == *rule);
            let latch = reached.and_then(|reached| reached.latch.as_ref());
            let state = match (reached, latch) {
                (None, _) if self.incomplete => "maybe",
                (None, _) => "not_reached",
                (Some(_), None) => "maybe",
                (Some(_), Some(latch)) if latch.acts > now => "announced",
                (Some(_), Some(_)) => "reached",
            };
            let (since, acts) = (latch.map(|latch| latch.since), latch.map(|latch| latch.acts));
            RuleState { rule: rule.to_string(), threshold: rule.threshold, state, since, acts }
        });
        rules.collect()
    }
}
