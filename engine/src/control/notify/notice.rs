//! One notification.

use jiff::Timestamp;
use serde::Serialize;

use ebbtide::plan::Target;

/// The format of a notification.
pub const NOTICE_FORMAT: u32 = 1;

/// The sorts of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A stack was brought to another target or capacity.
    Transition,
    /// A stack could not be brought to its target. Said once until it is.
    Failure,
    /// A hold is about to end.
    HoldEnding,
    /// Nobody calls a stack, and it is about to be paused.
    Idle,
    /// A rule of a budget is reached.
    Budget,
    /// A day costs more than such days do.
    Spike,
    /// Budgets are to be reconciled with AWS's bill, and work from the ledger alone.
    Bill,
    /// A roll-out took a step, was rolled back, held or done.
    Rollout,
    /// The record of a stack cannot be read, so nothing looks after it.
    Unreadable,
}

impl NoticeKind {
    /// Returns the topic under which the record keeps the last one that was said.
    pub fn topic(self) -> &'static str {
        match self {
            Self::Transition => "transition",
            Self::Failure => "failure",
            Self::HoldEnding => "hold_ending",
            Self::Idle => "idle",
            Self::Budget => "budget",
            Self::Spike => "spike",
            Self::Bill => "bill",
            Self::Rollout => "rollout",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One notification, as a webhook gets it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// [`NOTICE_FORMAT`].
    pub format: u32,
    /// Distinguishes it from all others. A notification that is sent again, since its first attempt was cut off, has the same.
    pub id: String,
    /// The sort.
    pub kind: NoticeKind,
    /// The environment.
    pub environment: String,
    /// The stack.
    pub stack: String,
    /// The target of the stack; `None` if its record cannot be read.
    pub target: Option<Target>,
    /// The time.
    pub at: Timestamp,
    /// The whole notification in words; Slack shows this field.
    pub text: String,
    /// The reason of the decision.
    pub reason: String,
    /// Advice on what to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Notice {
    /// Returns a title of one line of ASCII, as subjects of e-mails need it.
    pub fn subject(&self) -> String {
        let target = self.target.map(|target| target.to_string()).unwrap_or_default();
        let what = match self.kind {
            NoticeKind::Transition => format!("is {target}"),
            NoticeKind::Failure => format!("is not {target}"),
            NoticeKind::HoldEnding => "hold is about to end".to_owned(),
            NoticeKind::Idle => "is about to be paused".to_owned(),
            NoticeKind::Budget => "has reached a rule of its budget".to_owned(),
            NoticeKind::Spike => "costs more than usual".to_owned(),
            NoticeKind::Bill => "has no bill of AWS beside its ledger".to_owned(),
            NoticeKind::Rollout => "roll-out has moved".to_owned(),
            NoticeKind::Unreadable => "has a record that cannot be read".to_owned(),
        };
        let title = format!("ebb: {} in {} {what}", self.stack, self.environment);
        title.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(100).collect()
    }
}
