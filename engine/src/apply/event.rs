//! Events of an execution; with `--json`, one line each.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::warnings::Warning;
use crate::preflight::Finding;
use crate::sdk::Error;
use ebbtide::plan::{OperationKind, Summary, Target};
use ebbtide::resource::Address;

/// The format of the events in `--json`.
pub const EVENT_FORMAT: u32 = 1;

/// An event of an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An earlier run was cut off. The results of its operations are being looked up.
    Recovering {
        /// The command that was cut off.
        command: String,
        /// The person or machine that ran it.
        by: String,
        /// The start of the run.
        started: Timestamp,
    },
    /// The result of one operation of the earlier run was found.
    Recovered {
        /// The resource.
        address: Address,
        /// The result in words.
        finding: String,
    },
    /// Ownership tags were written onto resources that had others: they were renamed, or an earlier version created them.
    TagsWritten {
        /// The number of resources.
        resources: usize,
    },
    /// The ownership tags of a resource could not be written. The run goes on, and the next one tries again.
    TagsFailed {
        /// The resource.
        address: Address,
        /// The error.
        error: String,
    },
    /// The ledger could not be written. The command goes on, and the next run adds what is missing.
    LedgerFailed {
        /// The error.
        error: String,
    },
    /// The account could not be searched for resources of another state of this stack. The command goes on.
    ElsewhereUnknown {
        /// The error.
        error: String,
    },
    /// A declared resource is valid and does not do what it says. The command goes on.
    Warning(Warning),
    /// The checks before the first change found something. Unless it is an error, the command goes on.
    Preflight {
        /// The findings.
        findings: Vec<Finding>,
    },
    /// AWS is being read. Reported at intervals.
    Observing {
        /// The number of resources read so far.
        done: usize,
        /// The number of resources to read.
        total: usize,
    },
    /// A resource could not be read. The plan takes it as it is recorded, and the command does not succeed unless an operation
    /// of its own does.
    Unreadable {
        /// The resource.
        address: Address,
        /// The API call, such as `cloudwatch:GetDashboard`.
        call: Option<String>,
        /// The error.
        error: String,
        /// AWS's request id.
        request_id: Option<String>,
        /// Advice on what to do next.
        hint: Option<String>,
    },
    /// A run starts.
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
        /// The number of operations.
        operations: usize,
        /// The plan's hash.
        plan: String,
    },
    /// How far the run is. Reported when an operation is done, and when the end waits for another one.
    Progress {
        /// The number of operations that are done.
        done: usize,
        /// The number of operations of the plan.
        total: usize,
        /// The time to the end in milliseconds, if operations take as long as they did the last time, or else as long as is typical.
        left_ms: u64,
        /// The resource whose operation the end waits for.
        waits_for: Address,
    },
    /// An operation starts.
    OperationStarted {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The kind of operation.
        operation: OperationKind,
    },
    /// AWS has accepted a call and is working on the resource.
    OperationWaiting {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The status in AWS's words.
        status: String,
    },
    /// A call failed in a way that passes with time, and will be repeated.
    OperationRetrying {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The error.
        error: String,
        /// The delay before the repetition in milliseconds.
        after_ms: u64,
    },
    /// An operation is done.
    OperationDone {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The kind of operation.
        operation: OperationKind,
        /// Whether it deleted the old half of a replacement.
        superseded: bool,
        /// The duration in milliseconds.
        took_ms: u64,
    },
    /// An operation failed.
    OperationFailed {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The kind of operation.
        operation: OperationKind,
        /// The API call, such as `sagemaker:CreateEndpoint`.
        call: Option<String>,
        /// The error.
        error: String,
        /// AWS's request id.
        request_id: Option<String>,
        /// Advice on what to do next.
        hint: Option<String>,
    },
    /// An operation was not started, because one that it depends on failed or the run was interrupted.
    OperationSkipped {
        /// The operation's id in the plan.
        id: usize,
        /// The resource.
        address: Address,
        /// The kind of operation.
        operation: OperationKind,
        /// The reason.
        because: String,
    },
    /// Another command holds the stack. This one waits for it.
    WaitingForStack {
        /// The command that holds it.
        command: String,
        /// The person or machine that runs it.
        by: String,
        /// The start of that command.
        since: Timestamp,
    },
    /// A run failed for nothing but lack of capacity. Another one follows after a delay.
    WaitingForCapacity {
        /// The resources for which AWS has no capacity.
        addresses: Vec<Address>,
        /// The delay before the next run in milliseconds.
        after_ms: u64,
        /// The end of the time to wait; no run starts after it.
        until: Timestamp,
    },
    /// Ctrl-C was pressed, or the time limit is over: no operation is started any more, and those in flight are finished and recorded.
    Interrupted {
        /// The number of operations in flight.
        in_flight: usize,
        /// Whether it was the time limit.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        time_over: bool,
    },
    /// The run is over. Always the last event.
    Finished(Finished),
}

/// The end of a run.
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
    /// Whether the target was reached.
    pub success: bool,
    /// The serial of the state document after the run.
    pub serial: u64,
    /// The numbers of operations that were done.
    pub summary: Summary,
    /// The number of operations that failed.
    pub failed: usize,
    /// The number of operations that were not started.
    pub skipped: usize,
    /// The resources whose operations failed for lack of capacity; they are among the failed ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub no_capacity: Vec<Address>,
    /// The resources that could not be read, and of which no operation was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Address>,
    /// The duration in milliseconds.
    pub took_ms: u64,
    /// The time since the first lack of capacity in milliseconds, if it was waited for.
    #[serde(skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
    /// The operations that took longest, longest first.
    pub longest: Vec<Longest>,
    /// The components that are asleep although the stack runs.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub asleep: BTreeSet<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Event {
    /// Returns the event of a resource that could not be read.
    pub(super) fn unreadable(address: &Address, error: &Error) -> Self {
        Self::Unreadable {
            address: address.clone(),
            call: error.call.clone(),
            error: error.to_string(),
            request_id: error.request_id.clone(),
            hint: error.hint.clone(),
        }
    }
}

/// An operation and its duration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Longest {
    /// The resource.
    pub address: Address,
    /// The kind of operation.
    pub operation: OperationKind,
    /// The duration in milliseconds.
    pub took_ms: u64,
}
