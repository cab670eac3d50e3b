//! Executing: one dispatcher owns state and journal; workers only call AWS and report.

mod deployment;
mod event;
mod execute;
mod failure;
mod interrupt;
mod observe;
mod operate;
mod pace;
mod patience;
mod priority;
mod queue;
mod recover;
mod rollback;
mod showing;

pub use deployment::{Deployment, Prepared, Work};
pub use event::{Event, FORMAT, Finished, Longest};
pub use failure::Failure;
pub use interrupt::Interrupt;
pub use rollback::declared_at;
pub use showing::Showing;
