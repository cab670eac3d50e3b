//! Whole command sessions, as a person sees them, and every sort of bad input.
//!
//! Started by cargo, this program runs the tests. Started by `ebb`, it is the program that declares a project's stacks. Started by a test, it is `ebb` with stacks made for the tests
//! ([`stacks`]). So each command is a process of its own, as in production.

mod bad_files;
mod bad_input;
mod budgets;
mod completing;
mod costs;
mod environments;
mod history;
mod interrupts;
mod invoking;
mod jobs;
mod limits;
mod listening;
mod notifications;
mod outside;
mod plan_files;
mod planned_secrets;
mod plans;
mod policies;
mod preflight;
mod price_files;
mod programs;
mod project;
mod queues;
mod rehearsals;
mod rolling_out;
mod runner;
mod schedules;
mod secrets;
mod serving;
mod sessions;
mod shared;
mod stacks;
mod status;
mod types;
mod unattended;

use std::process::ExitCode;

/// The environment variable that `ebb` sets for the program of a project.
const PLAYS_PROGRAM: &str = "EBB_PROGRAM_FORMAT";

fn main() -> ExitCode {
    if std::env::var_os(PLAYS_PROGRAM).is_some() {
        return stacks::definitions().into_iter().fold(ebbtide::App::new(), ebbtide::App::with).main();
    }
    if std::env::var_os(project::PLAYS_EBB).is_some() {
        return stacks::definitions().into_iter().fold(ebbtide_engine::App::new(), ebbtide_engine::App::with).main();
    }
    runner::run(
        &[
            sessions::TESTS,
            completing::TESTS,
            costs::TESTS,
            price_files::TESTS,
            environments::TESTS,
            history::TESTS,
            interrupts::TESTS,
            invoking::TESTS,
            jobs::TESTS,
            limits::TESTS,
            plan_files::TESTS,
            policies::TESTS,
            plans::TESTS,
            preflight::TESTS,
            shared::TESTS,
            secrets::TESTS,
            bad_input::TESTS,
            budgets::TESTS,
            bad_files::TESTS,
            outside::TESTS,
            programs::TESTS,
            planned_secrets::TESTS,
            queues::TESTS,
            rolling_out::TESTS,
            rehearsals::TESTS,
            schedules::TESTS,
            unattended::TESTS,
            serving::TESTS,
            notifications::TESTS,
            types::TESTS,
            status::TESTS,
        ]
        .concat(),
    )
}
