//! The plan as data: operations, changes, target.

mod diff;
mod plan;
mod target;

pub use diff::{Change, diff};
pub use plan::{FORMAT, Kept, Operation, OperationKind, Plan, Record, Summary, hash_of};
pub use target::Target;
