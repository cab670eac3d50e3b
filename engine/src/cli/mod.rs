//! The command line. A command is one file in `commands/`: its arguments and its `run`.

mod change;
mod commands;
mod common;
mod complete;
mod components;
mod confirm;
mod context;
mod deploy;
mod dollars;
mod ending;
mod entry;
mod error;
mod graph;
mod habits;
mod interrupts;
mod invoking;
mod locking;
mod log_events;
mod named;
mod nothing_to_do;
mod output;
mod over_budget;
mod plan_file;
mod plan_file_error;
mod preflight;
mod progress;
mod renamings;
mod render;
mod report;
mod runtime;
mod scaffold;
mod schedule_times;
mod status;
mod unfinished;

pub(crate) use entry::main;
