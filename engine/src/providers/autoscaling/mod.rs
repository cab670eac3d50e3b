//! Providers of Application Auto Scaling: one file for each kind, of the same name as its declaration.

mod action_calls;
mod dimension;
mod last_run;
mod level;
mod metric;
mod missed;
mod named;
mod pause_snapshot;
mod policy;
mod policy_calls;
mod rule;
mod scheduled_action;
mod step;
mod target;
mod target_calls;
mod timetable;

pub(crate) use pause_snapshot::PauseSnapshot;
