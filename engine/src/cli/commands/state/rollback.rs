//! `ebb state rollback`: brings a stack back to what was declared at an earlier serial.

use clap::Args;

use crate::cli::change::{self, Change};
use crate::cli::common::{DropQueuedArg, LimitsArg, ReasonArg};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;
use crate::cli::preflight::PreflightArg;
use crate::cli::runtime;

/// Brings the stack to what was declared at an earlier serial; the history itself is not changed
#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// The serial, as `ebb state history` lists it
    #[arg(long, value_name = "NUMBER")]
    serial: u64,
    /// Allows a replacement to delete this resource's data; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    include_data: Vec<String>,
    #[command(flatten)]
    preflight: PreflightArg,
    #[command(flatten)]
    drop_queued: DropQueuedArg,
    #[command(flatten)]
    limits: LimitsArg,
    #[command(flatten)]
    reason: ReasonArg,
}

pub(super) fn run(
    context: &CommandContext,
    stack: Option<String>,
    arguments: RollbackArgs,
) -> Result<u8, CommandError> {
    let change = Change::rollback("state rollback", arguments.serial, stack);
    let change = change
        .including_data(arguments.include_data)
        .checking(arguments.preflight)
        .dropping_queued(arguments.drop_queued)
        .within(arguments.limits)
        .because(arguments.reason.reason);
    runtime::on_all_threads(change::run(context, change))
}
