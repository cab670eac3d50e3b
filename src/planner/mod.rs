//! Planning: from declared, recorded and observed resources to the operations that lead to a target. Pure: no I/O, no
//! clock, no randomness.

mod action;
mod asleep;
mod candidates;
mod capacity;
mod dag;
mod decide;
mod decisions;
mod dependencies;
mod desired;
mod error;
mod generation;
mod giving_way;
mod held_back;
mod in_use;
mod job;
mod job_decision;
mod observation;
mod ordering;
mod possible;
mod record_changes;
mod renamed;
mod request;
mod retained;
mod rolling_out;
mod unordered;

pub use asleep::{asleep, awake};
pub use capacity::{declared_capacity, present_capacity};
pub use dag::{Dag, Release};
pub use decide::plan;
pub use dependencies::dependency_order;
pub use error::{CycleError, PlanError};
pub use held_back::hold_back;
pub use observation::{Observation, Observed};
pub use record_changes::{OutputChange, OutputChangeKind, RecordChanges, ResourceChange};
pub use renamed::{Renaming, renamings};
pub use request::{Components, Jobs, Request};
pub use rolling_out::{asleep_sides, record_share};
