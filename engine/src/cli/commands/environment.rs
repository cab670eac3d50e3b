//! `ebb environment`: describes the format of environment files.

use clap::{Args, Subcommand};

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::environment::schema;

/// Describes the format of environment files
#[derive(Debug, Args)]
pub(in crate::cli) struct EnvironmentArgs {
    #[command(subcommand)]
    command: EnvironmentCommand,
}

#[derive(Debug, Subcommand)]
enum EnvironmentCommand {
    /// Prints the JSON schema of environments/*.toml, with the settings of every stack
    Schema,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &EnvironmentArgs) -> Result<u8, CommandError> {
    match arguments.command {
        EnvironmentCommand::Schema => {
            let schema = schema(context.described_environment()?.1.as_ref());
            // The alternate form of a JSON value is the indented one.
            context.output.result(&format!("{schema:#}\n"))?;
        }
    }
    Ok(DONE)
}
