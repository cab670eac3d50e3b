//! `ebb schedule`: the target of stacks by the clock.

mod check;
mod chosen;
mod command;
mod picture;
mod preview;
mod priced;
mod rehearse;

pub(super) use command::{ScheduleArgs, run};
