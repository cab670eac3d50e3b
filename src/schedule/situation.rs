//! The facts that a decision depends on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::validated::Schedule;
use crate::plan::Target;

/// Everything that a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The schedule, if there is one.
    pub schedule: Option<&'a Schedule>,
    /// The recorded hold, over or not.
    pub hold: Option<&'a Hold>,
    /// The limit that the budget sets now.
    pub limit: Option<&'a Limit>,
    /// The roll-out that is under way.
    pub rollout: Option<&'a UnderWay>,
    /// The observed idleness.
    pub idle: Idleness,
    /// The recorded target.
    pub recorded: Target,
    /// The instant of the decision.
    pub now: Timestamp,
    /// The time that the stack needs to come up, as it was learned.
    pub lead: SignedDuration,
}

impl<'a> Situation<'a> {
    /// Creates the situation of a running stack whose schedule alone decides, without early starts.
    pub fn scheduled(schedule: &'a Schedule, now: Timestamp) -> Self {
        Self {
            schedule: Some(schedule),
            hold: None,
            limit: None,
            rollout: None,
            idle: Idleness::default(),
            recorded: Target::Running,
            now,
            lead: SignedDuration::ZERO,
        }
    }
}

/// A recorded override by a person. It ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The target that is held.
    pub target: Target,
    /// The instant at which the hold was made.
    pub since: Timestamp,
    /// The instant at which it ends.
    pub until: Timestamp,
    /// The reason.
    pub reason: String,
    /// The person or machine that made it: `user@host`.
    pub by: String,
}

impl Hold {
    /// Returns whether the hold is in effect at an instant. A clock that was set back makes no hold ineffective.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// A roll-out that is under way: both of its sides are needed, so that the stack runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The roll-out, in words.
    pub what: String,
    /// The instant at which it ends if nothing delays it any more; `None` if that is not known.
    pub until: Option<Timestamp>,
}

/// The action that a budget asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitAction {
    /// Capacities are reduced to their least.
    Reduce,
    /// The stack is paused.
    Pause,
}

/// A limit that the budget sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The action.
    pub action: LimitAction,
    /// The instant at which the limit began. A hold that was made later wins over it.
    pub since: Timestamp,
    /// The reason.
    pub reason: String,
}

/// The budgets that a stack is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetOf {
    /// Its own.
    Stack,
    /// That of all stacks of the environment together.
    Environment,
}

/// The record of a rule of a budget that was reached. It is kept with the stack's state, so that it is said once and acts for
/// the rest of the month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latch {
    /// The budget.
    pub of: BudgetOf,
    /// The rule, in words.
    pub rule: String,
    /// Its threshold in US dollars.
    pub threshold: f64,
    /// The time at which it was found to be reached.
    pub since: Timestamp,
    /// The time at which its action takes effect.
    pub acts: Timestamp,
    /// The spending in US dollars that reached it.
    pub spent: f64,
}

/// The observed idleness of a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idleness {
    /// The instant since which nothing called the stack, while it was watched. `None` without data: no data is not idle.
    pub since: Option<Timestamp>,
}
