//! The data that `ebb serve` shows: as JSON, as a page, as metrics.

use jiff::Timestamp;
use serde::Serialize;

use crate::control::money::Point;
use crate::control::{Reconciliation, RuleState};
use ebbtide::budget::{Spend, Spike};
use ebbtide::cost::Amount;
use ebbtide::plan::{Summary, Target};
use ebbtide::record::RunOutcome;

/// The format of the data.
pub(super) const BOARD_FORMAT: u32 = 1;

/// Everything that is shown.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Board {
    /// [`BOARD_FORMAT`].
    pub(super) format: u32,
    /// The version of `ebb`.
    pub(super) version: &'static str,
    /// The start of the process.
    pub(super) started: Timestamp,
    /// The environments.
    pub(super) environments: Vec<EnvironmentBoard>,
}

/// One environment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EnvironmentBoard {
    /// The name.
    pub(super) name: String,
    /// Whether this process acts on the environment. Otherwise another one does, and this one stands by.
    pub(super) leader: bool,
    /// The process that acts instead.
    pub(super) acting: Option<String>,
    /// The last look at the stacks.
    pub(super) looked: Option<Timestamp>,
    /// The next look.
    pub(super) next_look: Option<Timestamp>,
    /// Why the stacks could not be looked at.
    pub(super) error: Option<String>,
    /// The dollars of what exists now, of all stacks together.
    pub(super) cost: Option<CostBoard>,
    /// The budget of all stacks together.
    pub(super) budget: Option<BudgetBoard>,
    /// The stacks.
    pub(super) stacks: Vec<StackBoard>,
}

/// One stack.
#[derive(Clone, Debug, Serialize)]
pub(super) struct StackBoard {
    /// The name.
    pub(super) stack: String,
    /// The recorded target; `None` if the record cannot be read.
    pub(super) target: Option<Target>,
    /// The time since which that is the target.
    pub(super) since: Option<Timestamp>,
    /// The person or machine that set it.
    pub(super) by: Option<String>,
    /// The reason that was recorded.
    pub(super) why: Option<String>,
    /// The target of now, and why; `None` if the stack cannot be looked at.
    pub(super) decision: Option<DecisionBoard>,
    /// The hold in effect.
    pub(super) hold: Option<HoldBoard>,
    /// The number of resources that exist.
    pub(super) resources: usize,
    /// The number of resources that sleep.
    pub(super) asleep: usize,
    /// The command that is at work, or was cut off.
    pub(super) open_run: Option<String>,
    /// The result of the last look.
    pub(super) outcome: String,
    /// Why the last attempt failed.
    pub(super) error: Option<String>,
    /// The number of failures in a row.
    pub(super) failures: u32,
    /// The next attempt after a failure.
    pub(super) retry_at: Option<Timestamp>,
    /// The dollars of what exists now; `None` if the record cannot be read.
    pub(super) cost: Option<CostBoard>,
    /// The budget of this stack.
    pub(super) budget: Option<BudgetBoard>,
    /// The time zone of the schedule.
    pub(super) timezone: Option<String>,
    /// The next transition.
    pub(super) next: Option<TransitionBoard>,
    /// The week ahead.
    pub(super) week: Vec<Segment>,
    /// The last runs, the latest first.
    pub(super) runs: Vec<RunBoard>,
}

/// A decision.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DecisionBoard {
    /// The target.
    pub(super) target: Target,
    /// What decided: `window`, `outside`, `hold`, `idle`, `budget`, `recorded`.
    pub(super) cause: String,
    /// The reason in words.
    pub(super) reason: String,
    /// The time until which it holds, unless something else comes up.
    pub(super) until: Option<Timestamp>,
    /// The version of the time-zone data.
    pub(super) tzdb: Option<String>,
    /// The bounds of endpoints that are not the declared ones: `query-enhancer 2–10`.
    pub(super) capacity: Vec<String>,
}

/// Dollars of what exists now.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct CostBoard {
    /// The dollars of an hour, without charges by use.
    pub(super) hourly: Amount,
}

/// A budget, and what is spent of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BudgetBoard {
    /// The dollars of a month.
    pub(super) monthly: f64,
    /// The dollars of a month with the buffer.
    pub(super) with_buffer: f64,
    /// The dollars above which a day is a spike.
    pub(super) daily: Option<f64>,
    /// The spending of the month so far.
    pub(super) spent: Spend,
    /// The spending of the whole month.
    pub(super) forecast: Spend,
    /// The ledgers beside Cost Explorer. The figures have what it has beyond them, and the course has not.
    pub(super) reconciled: Vec<Reconciliation>,
    /// The first instant that a ledger knows of.
    pub(super) since: Option<Timestamp>,
    /// Whether some record or ledger cannot be read.
    pub(super) incomplete: bool,
    /// The present day, if it costs more than such days do.
    pub(super) spike: Option<Spike>,
    /// The rules.
    pub(super) rules: Vec<RuleState>,
    /// The spending until the beginning of each day of the month, until now, and until its end.
    pub(super) course: Vec<Point>,
}

/// A hold.
#[derive(Clone, Debug, Serialize)]
pub(super) struct HoldBoard {
    /// The target.
    pub(super) target: Target,
    /// The end.
    pub(super) until: Timestamp,
    /// The reason.
    pub(super) reason: String,
    /// The person or machine that set it.
    pub(super) by: String,
}

/// A transition to come.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TransitionBoard {
    /// The instant.
    pub(super) at: Timestamp,
    /// The local time.
    pub(super) local: String,
    /// The target from then on.
    pub(super) target: Target,
    /// The reason.
    pub(super) reason: String,
}

/// A part of the week ahead in which one target holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Segment {
    /// The beginning.
    pub(super) from: Timestamp,
    /// The end.
    pub(super) to: Timestamp,
    /// The target.
    pub(super) target: Target,
    /// The reason, such as the window's name.
    pub(super) reason: String,
}

/// A run that is over.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RunBoard {
    /// The start.
    pub(super) started: Timestamp,
    /// The duration.
    pub(super) took_ms: u64,
    /// The command.
    pub(super) command: String,
    /// The person or machine that ran it.
    pub(super) by: String,
    /// The reason.
    pub(super) why: String,
    /// The target.
    pub(super) target: Target,
    /// The outcome.
    pub(super) outcome: RunOutcome,
    /// The operations that were done.
    pub(super) summary: Summary,
    /// The number of operations that failed.
    pub(super) failed: usize,
}
