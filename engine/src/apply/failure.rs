//! Failures of commands on a stack.

use crate::sdk::{Error, ErrorKind, Hint};
use crate::state::StateError;
use ebbtide::planner::PlanError;
use ebbtide::record::{IllegalEntry, RenameError};
use ebbtide::resource::Address;
use ebbtide::stack::Problem;

/// The failure of a command on a stack. Everything done until then is recorded.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// State cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal of an open run contradicts its plan.
    #[error(transparent)]
    Journal(#[from] IllegalEntry),
    /// A resource cannot be recorded under another address.
    #[error(transparent)]
    Rename(#[from] RenameError),
    /// No plan is possible.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The declared stack has problems.
    #[error("the stack cannot be declared: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problems(Vec<Problem>),
    /// The record is of an earlier version and lacks a part of the declaration.
    #[error("an earlier version of `ebb` recorded {stack} in {environment} without all that was declared")]
    Incomplete {
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
    },
    /// AWS refused a call, or could not be reached, while a resource was read.
    #[error("{address}: cannot {operation}: {error}")]
    Resource {
        /// The resource.
        address: Address,
        /// The intended operation: `read`, `find`, …
        operation: &'static str,
        /// The error of the call.
        #[source]
        error: Error,
    },
    /// Several resources cannot be read.
    #[error("cannot read {} resources: {}", .0.len(), .0.iter().map(|(address, error)| format!("{address}: {error}")).collect::<Vec<_>>().join("; "))]
    Unreadable(Vec<(Address, Error)>),
    /// The recorded state belongs to another AWS account or region than the one in use.
    #[error(
        "the state of {stack} in {environment} is of account {recorded_account} in {recorded_region}, but the credentials and the environment lead to account {account} in {region}"
    )]
    OtherAccount {
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
        /// The account in state.
        recorded_account: String,
        /// The region in state.
        recorded_region: String,
        /// The account in use.
        account: String,
        /// The region in use.
        region: String,
    },
    /// The record is empty, and the account has resources of this stack that another state records.
    #[error(
        "nothing is recorded of {stack} in {environment}, and the account has {} with its ownership tags: {}",
        counted(.found.len()), listed(.found)
    )]
    Elsewhere {
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
        /// The resources, in words.
        found: Vec<String>,
    },
    /// A saved plan is out of date.
    #[error("this plan cannot be applied: {0}")]
    StalePlan(String),
    /// Ctrl-C was pressed twice.
    #[error("stopped; the next command looks up what was in flight")]
    Stopped,
}

impl Failure {
    /// Returns the failure for resources that cannot be read.
    pub(super) fn unreadable(mut failures: Vec<(Address, Error)>) -> Self {
        match failures.len() {
            1 => {
                let (address, error) = failures.remove(0);
                Self::Resource { address, operation: "read", error }
            }
            _ => Self::Unreadable(failures),
        }
    }
}

fn hint_of(error: &Error) -> Option<String> {
    let unreachable = || "AWS could not be reached; run the same command again".to_owned();
    error.hint.clone().or_else(|| (error.kind == ErrorKind::Unavailable).then(unreachable))
}

impl Hint for Failure {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Resource { error, .. } => hint_of(error),
            Self::Unreadable(failures) => failures.iter().find_map(|(_, error)| hint_of(error)),
            Self::OtherAccount { .. } => Some(
                "use the credentials of that account, or correct `account` and `region` under [aws] in the environment's file"
                    .to_owned(),
            ),
            Self::Incomplete { stack, .. } => Some(format!("`ebb apply {stack}` brings it back and completes the record")),
            Self::StalePlan(_) => Some("plan again: `ebb plan --out FILE`".to_owned()),
            Self::Stopped => Some("run the same command again: it carries on".to_owned()),
            Self::State(error) => error.hint(),
            Self::Elsewhere { .. } => Some(
                "another state records them: point [state] in the environment's file at it, or restore it from a copy. If it is \
                 lost, delete them, or remove their tags `ebb:…`. `--beside-existing` leaves them alone and creates the stack \
                 a second time"
                    .to_owned(),
            ),
            Self::Rename(_) => Some("`ebb state list` shows the recorded addresses".to_owned()),
            Self::Plan(_) | Self::Problems(_) | Self::Journal(_) => None,
        }
    }
}

fn counted(number: usize) -> String {
    if number == 1 { "a resource".to_owned() } else { format!("{number} resources") }
}

/// Returns the first of a list; the beginning of a long list is as helpful as all of it.
fn listed(found: &[String]) -> String {
    const LISTED: usize = 8;
    let more = found.len().saturating_sub(LISTED);
    let first = found[..found.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}
