//! What an execution tells while it goes on; with `--json`, one line each.

use jiff::Timestamp;
use serde::Serialize;

use ebbtide::plan::{OperationKind, Summary, Target};
use ebbtide::resource::Address;

/// The format of the events in `--json`.
pub const EVENT_FORMAT: u32 = 1;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An earlier run was cut off; what it may have done is being looked up.
    Recovering {
        /// The command that was cut off.
        command: String,
        /// Who ran it.
        by: String,
        /// When it began.
        started: Timestamp,
    },
    /// What was found out about one operation of the earlier run.
    Recovered {
        /// The resource.
        address: Address,
        /// What is true of it, in words.
        finding: String,
    },
    /// AWS is being read; told at intervals.
    Observing {
        /// Resources read so far.
        done: usize,
        /// Resources to read.
        total: usize,
    },
    /// A run begins.
    Started {
        /// The format of these events.
        format: u32,
        /// The command.
        command: String,
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
        /// The target.
        target: Target,
        /// How many operations there are.
        operations: usize,
        /// The plan's hash.
        plan: String,
    },
    /// An operation begins.
    OperationStarted {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// What is done.
        operation: OperationKind,
    },
    /// AWS has accepted; now it is waited for.
    OperationWaiting {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The status in AWS's words.
        status: String,
    },
    /// A call failed in a way that passes with time; it is tried again.
    OperationRetrying {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The error.
        error: String,
        /// After how many milliseconds it is tried again.
        after_ms: u64,
    },
    /// An operation is done.
    OperationDone {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// What was done.
        operation: OperationKind,
        /// Whether it was the old half of a replacement.
        superseded: bool,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// An operation failed.
    OperationFailed {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// What was tried.
        operation: OperationKind,
        /// The API call, e.g. `sagemaker:CreateEndpoint`.
        call: Option<String>,
        /// What went wrong.
        error: String,
        /// AWS's request id.
        request_id: Option<String>,
        /// What to do next.
        hint: Option<String>,
    },
    /// An operation was not begun, since one that it depends on failed or the run was interrupted.
    OperationSkipped {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// What was planned.
        operation: OperationKind,
        /// Why it was not begun.
        because: String,
    },
    /// Somebody pressed Ctrl-C: nothing new is begun, what is in flight is finished and recorded.
    Interrupted {
        /// How many operations are in flight.
        in_flight: usize,
    },
    /// The run is over; always the last event.
    Finished(Finished),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finished {
    /// The format of these events.
    pub format: u32,
    /// The command.
    pub command: String,
    /// The stack.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// The target.
    pub target: Target,
    /// Whether the target is reached.
    pub success: bool,
    /// The serial of the state document now.
    pub serial: u64,
    /// What was done.
    pub summary: Summary,
    /// How many operations failed.
    pub failed: usize,
    /// How many were not begun.
    pub skipped: usize,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What took longest: addresses with operation and milliseconds, longest first.
    pub longest: Vec<Longest>,
}

/// An operation and how long it took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Longest {
    /// The resource.
    pub address: Address,
    /// What was done.
    pub operation: OperationKind,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}
