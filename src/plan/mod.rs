//! The plan as data: target, operations with their reasons, changes of fields.

mod diff;
mod document;
mod format;
mod hash;
mod not_run;
mod operation;
mod reason;
mod summary;
mod target;

pub use diff::{Change, diff};
pub use document::{Kept, PLAN_FORMAT, Plan, RecordUpdate};
pub use format::migrate;
pub use hash::hash_of;
pub use not_run::{NotRun, WhyNotRun};
pub use operation::{Deletion, Effect, Operation, OperationKind, Purpose, Upsert};
pub use reason::Reason;
pub use summary::Summary;
pub use target::Target;
