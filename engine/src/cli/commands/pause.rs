//! `ebb pause`: deletes or reduces resources that bill by the hour. It works from the record and does not need the stack's code.

use clap::Args;

use crate::cli::change::{self, Change};
use crate::cli::common::{DropQueuedArg, LimitsArg, OnlyArg, ReasonArg, StackArg};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;
use crate::cli::runtime;
use ebbtide::plan::Target;

/// Deletes or reduces resources that bill by the hour; keeps all data
#[derive(Debug, Args)]
pub(in crate::cli) struct PauseArgs {
    #[command(flatten)]
    stack: StackArg,
    #[command(flatten)]
    only: OnlyArg,
    #[command(flatten)]
    drop_queued: DropQueuedArg,
    #[command(flatten)]
    limits: LimitsArg,
    #[command(flatten)]
    reason: ReasonArg,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: PauseArgs) -> Result<u8, CommandError> {
    let change = Change::recorded("pause", Target::Paused, arguments.stack.stack)
        .only(arguments.only)
        .dropping_queued(arguments.drop_queued)
        .within(arguments.limits)
        .because(arguments.reason.reason);
    runtime::on_all_threads(change::run(context, change))
}
