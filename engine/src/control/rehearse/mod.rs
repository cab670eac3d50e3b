//! Rehearsals of schedules.

mod bill;
mod error;
mod faults;
mod rehearsal;
mod report;
mod stand_ins;

pub use error::RehearsalError;
pub use faults::Faults;
pub use rehearsal::Rehearsal;
pub use report::{Bill, BilledItem, RehearsalHours, Rehearsed, RehearsedTransition};
