//! `ebb resume`: brings a paused stack back. It works from the record and does not need the stack's code.

use clap::Args;

use crate::cli::change::{self, Change};
use crate::cli::common::{DropQueuedArg, LimitsArg, OnlyArg, ReasonArg, StackArg};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;
use crate::cli::preflight::PreflightArg;
use crate::cli::runtime;
use ebbtide::plan::Target;

/// Brings a paused stack back as it was
#[derive(Debug, Args)]
pub(in crate::cli) struct ResumeArgs {
    #[command(flatten)]
    stack: StackArg,
    #[command(flatten)]
    only: OnlyArg,
    #[command(flatten)]
    drop_queued: DropQueuedArg,
    #[command(flatten)]
    preflight: PreflightArg,
    #[command(flatten)]
    limits: LimitsArg,
    #[command(flatten)]
    reason: ReasonArg,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: ResumeArgs) -> Result<u8, CommandError> {
    let change = Change::recorded("resume", Target::Running, arguments.stack.stack)
        .only(arguments.only)
        .dropping_queued(arguments.drop_queued)
        .checking(arguments.preflight)
        .within(arguments.limits)
        .because(arguments.reason.reason);
    runtime::on_all_threads(change::run(context, change))
}
