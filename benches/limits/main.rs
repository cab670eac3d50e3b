//! The limits of the library, measured: `cargo bench`. Prints each limit beside its measurement and exits with 1 if one is
//! missed. Limits that depend on the machine are ratios to a floor that is measured in the same run.

mod graph;
mod ledger;
mod plan;
mod report;
mod schedule;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == plan::CHILD) {
        return plan::child(&arguments[at + 1..]);
    }
    let mut report = Report::default();
    schedule::measure(&mut report);
    ledger::measure(&mut report);
    plan::measure(&mut report);
    report.finish()
}
