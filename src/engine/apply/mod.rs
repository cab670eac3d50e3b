//! Executing: one dispatcher owns state and journal; workers only call AWS and report.

mod access;
mod deployment;
mod event;
mod execute;
mod failure;
mod interrupt;
mod observe;
mod priority;
mod rate_limit;
mod ready_queue;
mod recover;
mod retry;
mod worker;

pub use access::Access;
pub use deployment::{Deployment, Prepared, Work};
pub use event::{Event, FORMAT, Finished, Longest};
pub use failure::Failure;
pub use interrupt::Interrupt;
