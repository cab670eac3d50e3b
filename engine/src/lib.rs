//! The engine of Ebbtide: everything that talks to AWS, a disk, a clock or a person.

#![deny(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

mod app;
pub mod apply;
mod cli;
pub mod control;
pub mod environment;
pub mod logging;
mod permissions;
pub mod preflight;
pub mod providers;
pub mod sdk;
pub mod stacks;
pub mod state;

pub use app::App;
