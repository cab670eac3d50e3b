//! `ebb environment …`: the environments of a project and their settings.

mod diff;
mod list;
mod new;
mod settings;
mod show;

use clap::{Args, Subcommand};

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::environment::schema;

/// Lists, shows, makes and compares environments
#[derive(Debug, Args)]
pub(in crate::cli) struct EnvironmentArgs {
    #[command(subcommand)]
    command: EnvironmentCommand,
}

#[derive(Debug, Subcommand)]
enum EnvironmentCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    New(new::NewArgs),
    Diff(diff::DiffArgs),
    /// Prints the JSON schema of environments/*.toml, with the settings of every stack
    Schema,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &EnvironmentArgs) -> Result<u8, CommandError> {
    match &arguments.command {
        EnvironmentCommand::List(arguments) => list::run(context, arguments),
        EnvironmentCommand::Show(arguments) => show::run(context, arguments),
        EnvironmentCommand::New(arguments) => new::run(context, arguments),
        EnvironmentCommand::Diff(arguments) => diff::run(context, arguments),
        EnvironmentCommand::Schema => {
            let schema = schema(context.described_environment()?.1.as_ref());
            // The alternate form of a JSON value is the indented one.
            context.output.result(&format!("{schema:#}\n"))?;
            Ok(DONE)
        }
    }
}
