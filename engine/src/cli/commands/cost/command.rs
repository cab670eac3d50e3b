//! The subcommands of `ebb cost`.

use clap::{Args, Subcommand};

use super::{diff, estimate};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Estimates what stacks cost, and what a plan changes about it
#[derive(Debug, Args)]
pub(in crate::cli) struct CostArgs {
    #[command(subcommand)]
    command: CostCommand,
}

#[derive(Debug, Subcommand)]
enum CostCommand {
    Estimate(estimate::EstimateArgs),
    Diff(diff::DiffArgs),
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &CostArgs) -> Result<u8, CommandError> {
    match &arguments.command {
        CostCommand::Estimate(arguments) => estimate::run(context, arguments),
        CostCommand::Diff(arguments) => diff::run(context, arguments),
    }
}
