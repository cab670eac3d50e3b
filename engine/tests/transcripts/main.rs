//! Whole command sessions, as a person sees them, and every sort of bad input.
//!
//! This program is both sides: started by cargo it runs the tests; started by a test it is `ebb`, with stacks made for
//! the tests ([`stacks`]). So each command is a process of its own, as in life.

mod bad_files;
mod bad_input;
mod history;
mod outside;
mod project;
mod runner;
mod secrets;
mod sessions;
mod shared;
mod stacks;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::var_os(project::PLAYS_EBB).is_some() {
        return ebbtide_engine::main(stacks::definitions());
    }
    runner::run(
        &[
            sessions::TESTS,
            history::TESTS,
            shared::TESTS,
            secrets::TESTS,
            bad_input::TESTS,
            bad_files::TESTS,
            outside::TESTS,
        ]
        .concat(),
    )
}
