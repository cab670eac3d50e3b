//! Decisions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bounds::Capacity;
use crate::plan::Target;

/// The target of a stack at an instant, and the bounds of its endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The target.
    pub target: Target,
    /// The bounds of endpoints, by name. Others have those that they declare.
    #[serde(default)]
    pub capacity: Capacity,
    /// Whether all capacities are reduced to their least.
    #[serde(default)]
    pub reduce: bool,
    /// The rule that decided.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
    /// The next instant at which the decision may change by itself; `None` if no such instant is known.
    pub until: Option<Timestamp>,
    /// The version of the time-zone data that the decision was made with; `None` without a schedule.
    pub tzdb: Option<String>,
}

/// The rules that decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// This window is open, or about to.
    Window(String),
    /// No window is open: the default of the schedule.
    Outside,
    /// A hold.
    Hold,
    /// Nothing called the stack.
    Idle,
    /// The budget.
    Budget,
    /// A roll-out is under way: the stack runs.
    Rollout,
    /// No rule: the recorded target stays.
    Recorded,
}

impl Cause {
    /// Returns the name of the rule, for metrics and notifications: `window`, `outside`, `hold`, `idle`, `budget`, `rollout`, `recorded`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Window(_) => "window",
            Self::Outside => "outside",
            Self::Hold => "hold",
            Self::Idle => "idle",
            Self::Budget => "budget",
            Self::Rollout => "rollout",
            Self::Recorded => "recorded",
        }
    }
}
