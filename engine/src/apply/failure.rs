//! Why a command on a stack could not do its work.

use crate::sdk::{Error, ErrorKind};
use crate::state::StateError;
use ebbtide::planner::PlanError;
use ebbtide::record::IllegalEntry;
use ebbtide::resource::Address;
use ebbtide::stack::Problem;

/// Why a command on a stack could not do its work. What was done until then is recorded.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// State cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal of an open run contradicts its plan.
    #[error(transparent)]
    Journal(#[from] IllegalEntry),
    /// There can be no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// What is declared is wrong.
    #[error("the stack cannot be declared: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problems(Vec<Problem>),
    /// AWS said no while one resource was looked at.
    #[error("{address}: cannot {operation}: {error}")]
    Resource {
        /// The resource.
        address: Address,
        /// What was tried: `read`, `find`, …
        operation: &'static str,
        /// What AWS said.
        error: Error,
    },
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
    /// A plan that was saved does not fit any more.
    #[error("this plan cannot be applied: {0}")]
    StalePlan(String),
    /// Somebody pressed Ctrl-C twice.
    #[error("stopped; what was in flight is looked up by the next command")]
    Stopped,
}

impl Failure {
    /// What to do next, where the message does not say it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Resource { error, .. } => error.hint.clone().or_else(|| {
                (error.kind == ErrorKind::Unavailable).then(|| "AWS could not be reached; run the same command again".to_owned())
            }),
            Self::OtherAccount { .. } => Some(
                "use the credentials of that account, or set `account` and `region` under [aws] in the environment's file right"
                    .to_owned(),
            ),
            Self::StalePlan(_) => Some("plan again: `ebb plan --out FILE`".to_owned()),
            Self::Stopped => Some("run the same command again: it carries on".to_owned()),
            Self::State(error) => error.hint(),
            Self::Plan(_) | Self::Problems(_) | Self::Journal(_) => None,
        }
    }
}
