//! The result of one look at all stacks of an environment.

use jiff::Timestamp;
use serde::Serialize;

use super::look::{Look, Work};
use super::rolling_out::RolloutView;
use crate::apply::Finished;
use ebbtide::plan::Target;
use ebbtide::schedule::Decision;

/// The format of the result.
pub const TICK_FORMAT: u32 = 1;

/// The result of one look at all stacks of an environment.
#[derive(Clone, Debug, Serialize)]
pub struct TickReport {
    /// [`TICK_FORMAT`].
    pub format: u32,
    /// The environment.
    pub environment: String,
    /// The time of the look.
    pub at: Timestamp,
    /// Whether nothing was to be changed.
    pub dry_run: bool,
    /// The stacks, by name.
    pub stacks: Vec<StackReport>,
}

/// The result for one stack.
#[derive(Clone, Debug, Serialize)]
pub struct StackReport {
    /// The stack.
    pub stack: String,
    /// The recorded target before.
    pub recorded: Option<Target>,
    /// The decision; `None` if the record cannot be read.
    pub decision: Option<Decision>,
    /// The outcome.
    pub outcome: Outcome,
    /// The work, or the error, in words.
    pub message: Option<String>,
    /// Advice on what to do next.
    pub hint: Option<String>,
    /// The run, if there was one.
    pub run: Option<Finished>,
    /// The roll-out, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutView>,
    /// The notifications that were not received, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsent: Vec<String>,
    /// The look that this is the result of.
    #[serde(skip)]
    pub look: Option<Box<Look>>,
}

/// The outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There was nothing to do.
    Nothing,
    /// Another command is at work on the stack, or an endpoint still has work that a pause would lose. The next look tries again.
    Busy,
    /// There would be something to do.
    WouldAct,
    /// A run that was cut off was looked up.
    Settled,
    /// The stack was brought to the decision.
    Acted,
    /// The stack could not be brought to the decision, or not completely. The next look tries again.
    Failed,
}

impl Outcome {
    /// Returns the outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Busy => "busy",
            Self::WouldAct => "would act",
            Self::Settled => "settled",
            Self::Acted => "acted",
            Self::Failed => "failed",
        }
    }
}

impl TickReport {
    /// Returns whether some stack failed.
    pub fn has_failed(&self) -> bool {
        self.stacks.iter().any(|stack| stack.outcome == Outcome::Failed)
    }

    /// Returns whether some stack was changed, or would be.
    pub fn has_acted(&self) -> bool {
        let acted = [Outcome::WouldAct, Outcome::Settled, Outcome::Acted];
        self.stacks.iter().any(|stack| acted.contains(&stack.outcome))
    }
}

impl StackReport {
    /// Creates the result of a look before anything is done.
    pub(super) fn of(look: Look) -> Self {
        let (outcome, message) = match &look.work {
            Work::None => (Outcome::Nothing, None),
            Work::Settle => (Outcome::WouldAct, Some("a run that was cut off is looked up".to_owned())),
            Work::Converge(why) => (Outcome::WouldAct, Some(why.clone())),
        };
        let mistake = look.mistake.clone();
        Self {
            stack: look.stack.clone(),
            recorded: Some(look.document.target),
            decision: Some(look.decision.clone()),
            outcome: if mistake.is_some() { Outcome::Failed } else { outcome },
            message: mistake.or(message),
            hint: None,
            run: None,
            rollout: None,
            unsent: Vec::new(),
            look: Some(Box::new(look)),
        }
    }

    /// Creates the result for a stack whose record cannot be read.
    pub(super) fn unreadable(stack: String, message: String, hint: Option<String>) -> Self {
        Self {
            stack,
            recorded: None,
            decision: None,
            outcome: Outcome::Failed,
            message: Some(message),
            hint,
            run: None,
            rollout: None,
            unsent: Vec::new(),
            look: None,
        }
    }
}
