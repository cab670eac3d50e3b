//! Executing: one dispatcher owns state and journal; workers only call AWS and report.

mod access;
mod billed;
mod deployment;
mod dispatcher;
mod elsewhere;
mod event;
mod execute;
mod failure;
mod ledger;
mod missing;
mod names;
mod observe;
mod rate;
mod rate_limit;
mod ready_queue;
mod recover;
mod rename;
mod retag;
mod retry;
mod shutdown;
mod tally;
mod unfinished;
mod warnings;
mod worker;

pub use access::Access;
pub use billed::{Billed, billed};
pub use deployment::{Deployment, Goal, LockedDeployment, PlanWithInputs};
pub use event::{EVENT_FORMAT, Event, Finished, Longest};
pub use failure::Failure;
pub(crate) use ledger::{CERTAIN_FOR, entries};
pub use ledger::{Spending, keep_edited_record, note_instances, spending};
pub use missing::MissingThings;
pub use observe::Observed;
pub use shutdown::Shutdown;
pub use unfinished::Unfinished;
pub use warnings::{Warning, warnings};
