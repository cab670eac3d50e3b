//! The subcommands of `ebb prices`.

use clap::{Args, Subcommand};

use super::{show, update};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Shows the price book, each price with its source and its date, and brings it up to date
#[derive(Debug, Args)]
pub(in crate::cli) struct PricesArgs {
    #[command(subcommand)]
    command: PricesCommand,
}

#[derive(Debug, Subcommand)]
enum PricesCommand {
    Show(show::ShowArgs),
    Update(update::UpdateArgs),
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &PricesArgs) -> Result<u8, CommandError> {
    match &arguments.command {
        PricesCommand::Show(arguments) => show::run(context, arguments),
        PricesCommand::Update(arguments) => update::run(context, arguments),
    }
}
