//! The subcommands of `ebb cost`.

use clap::{Args, Subcommand};

use super::{actual, diff, estimate, report};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Shows what stacks cost and have cost, and what a plan changes about it
#[derive(Debug, Args)]
pub(in crate::cli) struct CostArgs {
    #[command(subcommand)]
    command: CostCommand,
}

#[derive(Debug, Subcommand)]
enum CostCommand {
    Estimate(estimate::EstimateArgs),
    Diff(diff::DiffArgs),
    Actual(actual::ActualArgs),
    Report(report::ReportArgs),
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &CostArgs) -> Result<u8, CommandError> {
    match &arguments.command {
        CostCommand::Estimate(arguments) => estimate::run(context, arguments),
        CostCommand::Diff(arguments) => diff::run(context, arguments),
        CostCommand::Actual(arguments) => actual::run(context, arguments),
        CostCommand::Report(arguments) => report::run(context, arguments),
    }
}
