//! `ebb destroy`: deletes a stack. It works from the record and does not need the stack's code.

use clap::Args;

use crate::cli::change::{self, Change};
use crate::cli::common::{DropQueuedArg, LimitsArg, ReasonArg, StackArg};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;
use crate::cli::runtime;
use ebbtide::plan::Target;

/// Deletes a stack; data only where it is named
#[derive(Debug, Args)]
pub(in crate::cli) struct DestroyArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Deletes this resource's data too; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    include_data: Vec<String>,
    #[command(flatten)]
    drop_queued: DropQueuedArg,
    #[command(flatten)]
    limits: LimitsArg,
    #[command(flatten)]
    reason: ReasonArg,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: DestroyArgs) -> Result<u8, CommandError> {
    let change = Change::recorded("destroy", Target::Destroyed, arguments.stack.stack);
    let change = change
        .including_data(arguments.include_data)
        .dropping_queued(arguments.drop_queued)
        .within(arguments.limits)
        .because(arguments.reason.reason);
    runtime::on_all_threads(change::run(context, change))
}
