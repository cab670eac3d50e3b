//! Planning: from declared, recorded and observed resources to the operations that lead to a target. Pure: no I/O, no
//! clock, no randomness.

mod action;
mod desired;
mod graph;
mod observation;
mod ordering;
mod planner;

pub use graph::{Graph, GraphError};
pub use observation::{Observation, Seen};
pub use planner::{PlanError, Request, plan};
