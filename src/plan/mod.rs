//! Planning: from what is declared, recorded and observed to the operations that lead to a target. Pure: no I/O,
//! no clock, no randomness.

mod desired;
mod diff;
mod fate;
mod graph;
mod knowledge;
mod observation;
mod order;
#[expect(clippy::module_inception, reason = "the room is named after its one main thing")]
mod plan;
mod planner;
mod report;
mod target;
mod value_text;

pub use diff::{Change, diff};
pub use graph::{Graph, GraphError};
pub use knowledge::{AllKinds, Knowledge, Traits};
pub use observation::{Observation, Seen};
pub use plan::{FORMAT, Kept, Operation, OperationKind, Plan, PlanFileError, Record, Summary};
pub use planner::{PlanError, Request, plan};
pub use report::{PlanView, render, summary_line};
pub use target::Target;
