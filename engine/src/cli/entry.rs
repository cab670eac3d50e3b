//! The entry point: parses the command line, runs the command, returns its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::cli::commands::Arguments;
use crate::cli::complete;
use crate::cli::context::CommandContext;
use crate::cli::deploy::check_who;
use crate::cli::error::{DONE, USAGE};
use crate::cli::habits;
use crate::cli::output::Output;
use crate::logging;
use crate::providers::Providers;
use ebbtide::App;

/// Runs the command line of this process with these stacks and kinds.
pub fn main(stacks: App, providers: Providers) -> ExitCode {
    complete::complete(&stacks);
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(mistake) = habits::one_dash(&words, Arguments::command) {
        return print_habit(&mistake);
    }
    let Arguments { common, command } = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            return habits::elsewhere(&error).map_or_else(|| print_usage(&error), |habit| print_habit(&habit));
        }
    };
    let output = Output::new(common.json, common.no_color, common.quiet, common.verbose);
    let logging = logging::start(common.json, if common.quiet { 0 } else { common.verbose });
    logging.warnings().iter().for_each(|warning| output.warn(&format!("warning: {warning}")));
    let _span = logging::command_span(&command, &common.environment()).entered();
    let context = CommandContext::new(stacks, providers, common, output);
    match check_who().and_then(|()| command.run(&context)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code)
        }
    }
}

/// Prints why a habit of another tool does not work, and what does.
fn print_habit(mistake: &str) -> ExitCode {
    Output::new(false, true, false, 0).warn(&format!("error: {mistake}\n\nFor more information, try 'ebb --help'."));
    ExitCode::from(USAGE)
}

/// Prints the help or the version that was asked for, or why the command line cannot be parsed.
fn print_usage(error: &clap::Error) -> ExitCode {
    let asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    // If the stream is closed, there is nowhere left to report it.
    let _ = error.print();
    ExitCode::from(if asked_for && error.exit_code() == 0 { DONE } else { USAGE })
}
