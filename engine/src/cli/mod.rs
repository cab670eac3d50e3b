//! The command line: one file for each command, one door for output.

mod arguments;
mod change;
mod cloud;
mod completions;
mod context;
mod deploy;
mod error;
mod graph;
mod history;
mod init;
mod interrupts;
mod output;
mod outputs;
mod plan;
mod plan_file;
mod progress;
mod render;
mod schema;
mod start;
mod state;
mod status;
mod validate;

pub(crate) use start::main;
