//! The entrance: from the command line to a command, from its end to an exit code.

use crate::providers::Providers;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind as ClapError;

use crate::cli::arguments::{Arguments, Command, EnvironmentSubcommand, StateCommand};
use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE, ErrorKind, FAILED, USAGE};
use crate::cli::output::Output;
use crate::cli::{change, cloud, completions, graph, history, init, outputs, plan, schema, state, status, validate};
use ebbtide::plan::Target;

/// Runs the command line of this process on these stacks. All that the `main` of a project calls.
pub(crate) fn main(stacks: ebbtide::App, providers: Providers) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let informative = matches!(
                error.kind(),
                ClapError::DisplayHelp
                    | ClapError::DisplayVersion
                    | ClapError::DisplayHelpOnMissingArgumentOrSubcommand
            );
            // Nobody is left to be told that nobody listens.
            let _ = error.print();
            return ExitCode::from(if informative && error.exit_code() == 0 { DONE } else { USAGE });
        }
    };
    let common = &arguments.common;
    let output = Output::new(common.json, common.no_color, common.quiet, common.verbose);
    let context = Context::new(stacks, providers, arguments.common.clone(), output);
    match run(&context, arguments.command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code)
        }
    }
}

fn run(context: &Context, command: Command) -> Result<u8, CommandError> {
    match command {
        Command::Init(arguments) => init::run(context, &arguments),
        Command::Validate(arguments) => validate::run(context, arguments.stack.as_deref()),
        Command::Completions { shell } => completions::run(context, shell),
        Command::Environment(arguments) => match arguments.command {
            EnvironmentSubcommand::Schema => schema::run(context),
        },
        Command::Graph(arguments) => on_this_thread(graph::run(context, &arguments)),
        Command::Status(arguments) => on_this_thread(status::run(context, arguments.stack.as_deref())),
        Command::Output(arguments) => on_this_thread(outputs::run(context, &arguments)),
        Command::History(arguments) => {
            on_this_thread(history::run(context, arguments.stack.as_deref(), arguments.limit))
        }
        Command::State(arguments) => match arguments.command {
            // What talks to AWS at length.
            StateCommand::Rollback { .. } => on_all_threads(state::run(context, arguments)),
            _ => on_this_thread(state::run(context, arguments)),
        },
        Command::Plan(arguments) => on_all_threads(plan::run(context, &arguments)),
        Command::Apply(arguments) => {
            let apply = Change::apply(context, arguments.what.as_deref())?;
            let apply = apply.including_data(arguments.include_data).because(arguments.reason.reason);
            on_all_threads(change::run(context, apply))
        }
        Command::Pause(arguments) => {
            let pause = Change::to("pause", Target::Paused, arguments.stack).because(arguments.reason.reason);
            on_all_threads(change::run(context, pause))
        }
        Command::Resume(arguments) => {
            let resume = Change::to("resume", Target::Running, arguments.stack).because(arguments.reason.reason);
            on_all_threads(change::run(context, resume))
        }
        Command::Destroy(arguments) => {
            let destroy = Change::to("destroy", Target::Destroyed, arguments.stack);
            let destroy = destroy.including_data(arguments.include_data).because(arguments.reason.reason);
            on_all_threads(change::run(context, destroy))
        }
        Command::Cloud(arguments) => on_all_threads(cloud::run(context, &arguments)),
    }
}

/// What only reads a file needs no threads: it starts and ends faster without.
fn on_this_thread(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    run_on(tokio::runtime::Builder::new_current_thread().enable_all(), work)
}

/// What talks to AWS signs, hashes and parses many calls at once.
fn on_all_threads(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    run_on(tokio::runtime::Builder::new_multi_thread().enable_all(), work)
}

fn run_on(
    builder: &mut tokio::runtime::Builder,
    work: impl Future<Output = Result<u8, CommandError>>,
) -> Result<u8, CommandError> {
    let runtime = builder.build().map_err(|error| CommandError {
        code: FAILED,
        ..CommandError::new(ErrorKind::Output, format!("cannot start threads: {error}"))
    })?;
    let result = runtime.block_on(work);
    // A thread that still waits for an answer on the terminal must not hold up the end.
    runtime.shutdown_background();
    result
}
