//! Runs: the open one, and the last one that is over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Summary, Target};

/// A run that was started. Its plan is the write-ahead log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// A random name.
    pub id: String,
    /// The command: `apply`, `pause`, …
    pub command: String,
    /// The person or machine that runs it: `user@host`.
    pub by: String,
    /// The reason that was given, or else the command.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The start of the run.
    pub started: Timestamp,
    /// Whether the journal records the start of creations. If so, a creation without an entry was not started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_begun: bool,
    /// Whether a version that did not know lineages started the run: what it created is tagged and named without one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_lineage: bool,
    /// The plan.
    pub plan: Plan,
}

/// The record of a run that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The name of the run.
    pub id: String,
    /// The command.
    pub command: String,
    /// The person or machine that ran it: `user@host`.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The start of the run.
    pub started: Timestamp,
    /// The end of the run, or the time when it was found to be over.
    pub ended: Timestamp,
    /// The target.
    pub target: Target,
    /// The hash of the plan.
    pub plan: String,
    /// The outcome.
    pub outcome: RunOutcome,
    /// The numbers of operations that were done. For a run that was cut off, those of its plan.
    pub summary: Summary,
    /// The number of operations that failed.
    #[serde(default)]
    pub failed: usize,
    /// The number of operations that were not started.
    #[serde(default)]
    pub skipped: usize,
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// The whole plan was done.
    Done,
    /// Some operations failed.
    Failed,
    /// The run was interrupted. Operations in flight were finished and recorded.
    Interrupted,
    /// The process ended, or lost the right to write, before the run was over. A later command looked up its results.
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
    /// Returns the record of this run once it is over.
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
