//! The limits that must be kept, measured: `cargo bench`. Prints each limit beside its measurement and exits with 1 if
//! one is exceeded.

mod apply;
mod destroy;
#[path = "../../../benches/limits/graph.rs"]
mod graph;
mod rehearsal;
#[path = "../../../benches/limits/report.rs"]
mod report;
mod startup;
mod state;
mod throttled;
mod unattended;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let mut report = Report::default();
    startup::measure(&mut report);
    state::measure(&mut report);
    destroy::measure(&mut report);
    apply::measure(&mut report);
    throttled::measure(&mut report);
    unattended::measure(&mut report);
    rehearsal::measure(&mut report);
    report.finish()
}
