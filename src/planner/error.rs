//! The errors of planning.

use crate::resource::Address;
use crate::stack::Problem;

/// Resources that depend on each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these resources depend on each other in a cycle: {}; break it by removing one of these references",
    .cycle.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → "))]
#[non_exhaustive]
pub struct CycleError {
    /// The addresses, in the order of dependency; the first one is repeated at the end.
    pub cycle: Vec<Address>,
}

/// The reason why a request has no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Declared resources depend on each other in a cycle.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// A kind that this program does not know.
    #[error(
        "{0} is of kind `{kind}`, which this program does not know; use the version, or the program, that recorded or declares it",
        kind = .0.kind()
    )]
    UnknownKind(Address),
    /// `--include-data` names a resource that is not recorded.
    #[error(
        "--include-data names {0}, which is not recorded in this stack; `ebb state list` shows the recorded resources"
    )]
    NotRecorded(Address),
    /// `--run` names a resource that is no job of this stack.
    #[error("--run names {0}, which is not a job that this stack declares; a job that was never run needs no --run")]
    NotAJob(Address),
    /// `--run` names a job that is running.
    #[error(
        "--run names {0}, which is running; `ebb apply` waits for its end, and after that it can be run again. A run that is no longer \
         wanted is stopped in AWS"
    )]
    StillRunning(Address),
    /// What waits for the result of a job cannot be left out.
    #[error("{job} has no result, and what waits for it cannot be left out: {problem}; `--run {job}` runs it again")]
    NoResult {
        /// The job.
        job: Address,
        /// Why not.
        problem: String,
    },
    /// A protected resource would be deleted.
    #[error(
        "{address} is protected and would be deleted ({reason}); remove its protection in the stack, apply that alone, and run this again"
    )]
    Protected {
        /// The resource.
        address: Address,
        /// Why it would be deleted.
        reason: String,
    },
    /// A replacement would delete data.
    #[error(
        "replacing {address} ({reason}) would delete {data}; copy the data and name it with --include-data {address}, or undo that change"
    )]
    WouldDeleteData {
        /// The resource.
        address: Address,
        /// Why it would be replaced.
        reason: String,
        /// The data it holds.
        data: String,
    },
    /// A replacement would have to free its name first, and another resource refers to the old one.
    #[error(
        "replacing {address} deletes it first, because its name `{name}` has to be free, and {user} refers to it, so AWS would refuse \
         that; leave the name of {address} out, or change it, so that the new one is created first"
    )]
    NameInUse {
        /// The resource that would be replaced.
        address: Address,
        /// Its name.
        name: String,
        /// The resource that refers to it.
        user: Address,
    },
    /// A resource would be created with the name of one that stays.
    #[error(
        "{new} would be created with the name that {old} has, which stays ({kept}); if they are the same resource, `ebb state rename {old} {new}` keeps it with its data, else give one of them another name"
    )]
    NameTaken {
        /// The recorded resource.
        old: Address,
        /// The resource to create.
        new: Address,
        /// Why the recorded one stays.
        kept: String,
    },
    /// A roll-out needs a resource that would be taken away.
    #[error(
        "{address} would be {change}, and a roll-out needs it ({rollout}); `ebb rollout back` takes all traffic back and ends the \
         roll-out, or wait for its end"
    )]
    RollingOut {
        /// The resource.
        address: Address,
        /// What would become of it.
        change: &'static str,
        /// The roll-out.
        rollout: String,
    },
    /// What depends on a component that is asleep cannot be left as it is recorded.
    #[error("what depends on a component that is asleep cannot stay as it is: {0}; `ebb resume` wakes all components")]
    Asleep(String),
    /// The operations wait for each other.
    #[error(
        "there is no order in which to change {0}: they wait for each other; apply the changes of one of them first"
    )]
    NoOrder(String),
    /// The planner refuses its own plan: a pause never deletes data.
    #[error("a pause would delete {0}, which holds data: this is a bug in ebb, nothing was changed; please report it")]
    PauseWouldDelete(Address),
}

impl PlanError {
    /// Returns the error that declarations without what waits for a component do not fit together.
    pub(super) fn asleep(problems: Vec<Problem>) -> Self {
        Self::Asleep(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }
}
