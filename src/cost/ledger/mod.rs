//! The ledger: what resources bill from which instant on, and what that comes to in dollars between two instants.

mod accrue;
mod billing;
mod catching_up;
mod doubt;
mod entry;
mod recording;
mod running;
mod span;
mod standing;
mod sweep;

pub use accrue::{Accrued, ResourceSpend, accrue, accrue_each};
pub use billing::{Bill, LedgerBilling};
pub use catching_up::{LedgerEnd, entries_in_force, in_order, missing_entries};
pub use entry::{BLOCK, Block, Cause, Entry, Event, LEDGER_FORMAT, Part, Segment};
pub use recording::{entries_of_run, entry_of_observation, recorded_bills};
pub use span::Span;
pub use standing::{bills_after, standing};
