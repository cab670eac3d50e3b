//! Runs: the one that is open, and how the last one ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Summary, Target};

/// A run that was begun: the plan itself is the write-ahead log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// A random name.
    pub id: String,
    /// The command: `apply`, `pause`, …
    pub command: String,
    /// Who runs it: `user@host`.
    pub by: String,
    /// Why: what was given as the reason, else the command.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// When it began.
    pub started: Timestamp,
    /// Whether its journal tells which creations were begun; what it does not tell was not begun then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_begun: bool,
    /// The plan.
    pub plan: Plan,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its name.
    pub id: String,
    /// The command.
    pub command: String,
    /// Who ran it: `user@host`.
    pub by: String,
    /// Why.
    pub why: String,
    /// When it began.
    pub started: Timestamp,
    /// When it was over, or was found to be.
    pub ended: Timestamp,
    /// Where it led.
    pub target: Target,
    /// Its plan's hash.
    pub plan: String,
    /// How it ended.
    pub outcome: RunOutcome,
    /// What was done; of a run that was cut off, what its plan was about to do.
    pub summary: Summary,
    /// How many operations failed.
    #[serde(default)]
    pub failed: usize,
    /// How many were not begun.
    #[serde(default)]
    pub skipped: usize,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// All of its plan is done.
    Done,
    /// Some operations failed.
    Failed,
    /// Somebody interrupted it; what was in flight was finished and recorded.
    Interrupted,
    /// Its process ended, or lost its state, before it was over; what became of it was looked up by a later command.
    CutOff,
}

impl std::fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::CutOff => "cut off",
        })
    }
}

impl Run {
    /// The record of this run once it is over.
    pub fn ended(
        &self,
        outcome: RunOutcome,
        now: Timestamp,
        summary: Summary,
        failed: usize,
        skipped: usize,
    ) -> RunRecord {
        RunRecord {
            id: self.id.clone(),
            command: self.command.clone(),
            by: self.by.clone(),
            why: self.why.clone(),
            started: self.started,
            ended: now,
            target: self.plan.target,
            plan: self.plan.hash.clone(),
            outcome,
            summary,
            failed,
            skipped,
        }
    }
}
