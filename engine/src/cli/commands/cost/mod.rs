//! `ebb cost`: what stacks and plans cost.

mod actual;
mod command;
mod diff;
mod estimate;
mod report;

pub(in crate::cli) use command::{CostArgs, run};
