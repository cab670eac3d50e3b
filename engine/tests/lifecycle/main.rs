//! Whole lives of stacks on the embedded cloud: apply, pause, resume, destroy, and what happens when they are cut off.

mod budgets;
mod capacity;
mod damaged;
mod failing;
mod fields;
mod fixture;
mod forgetting;
mod identity;
mod idle;
mod ledger;
mod life;
mod named_scaling;
mod one_time;
mod own_kind;
mod panicking;
mod principals;
mod queued;
mod renaming;
mod scheduled_capacity;
mod secrets;
mod settling;
mod unattended;
mod unreadable;
mod versions;
mod waits;
mod wide;
