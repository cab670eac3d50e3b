//! The limits that must be kept, measured: `cargo bench`. Prints each limit beside its measurement and exits with 1 if
//! one is exceeded.
//!
//! Memory is that of a process of its own, so every plan is made by a child of this program.

mod apply;
mod plan;
mod report;
mod startup;
mod state;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == plan::CHILD) {
        return plan::child(&arguments[at + 1..]);
    }
    let mut report = Report::default();
    startup::measure(&mut report);
    plan::measure(&mut report);
    state::measure(&mut report);
    apply::measure(&mut report);
    report.finish()
}
