//! The subcommands of `ebb schedule`.

use clap::{Args, Subcommand};

use super::{check, preview, rehearse};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Shows when stacks run and pause by the schedule of the environment, and checks it
#[derive(Debug, Args)]
pub(in crate::cli) struct ScheduleArgs {
    #[command(subcommand)]
    command: ScheduleCommand,
}

#[derive(Debug, Subcommand)]
enum ScheduleCommand {
    Preview(preview::PreviewArgs),
    Check(check::CheckArgs),
    Rehearse(rehearse::RehearseArgs),
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ScheduleArgs) -> Result<u8, CommandError> {
    match &arguments.command {
        ScheduleCommand::Preview(preview) => preview::run(context, preview),
        ScheduleCommand::Check(check) => check::run(context, check),
        ScheduleCommand::Rehearse(rehearse) => rehearse::run(context, rehearse),
    }
}
