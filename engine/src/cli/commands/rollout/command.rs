//! The subcommands of `ebb rollout`.

use clap::{Args, Subcommand};

use super::{begin, show, steer};
use crate::cli::common::{OneLine, StackArg};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;
use crate::cli::runtime;

/// Rolls out a new side of a stack step by step, as long as alarms are quiet; takes all traffic back
///
/// The steps, the alarms and the reasons to go back are below [stacks.NAME.rollout] in the environment's file. `ebb tick` and
/// `ebb serve` take the steps.
#[derive(Debug, Args)]
pub(in crate::cli) struct RolloutArgs {
    #[command(subcommand)]
    command: RolloutCommand,
}

#[derive(Debug, Subcommand)]
enum RolloutCommand {
    /// Shows the share of traffic, the reason why the next step waits, and everything that was done
    Status {
        #[command(flatten)]
        stack: StackArg,
    },
    /// Starts the roll-out: the next tick takes the first step that is due
    Start {
        #[command(flatten)]
        stack: StackArg,
    },
    /// Lets a step happen that waits for a person
    Approve {
        #[command(flatten)]
        stack: StackArg,
        /// The percentage of the step; by default the next one that waits for approval
        #[arg(long, value_name = "NUMBER")]
        percent: Option<u8>,
    },
    /// Takes no further step until the hold is cleared
    Hold {
        #[command(flatten)]
        stack: StackArg,
        /// The reason, for those who ask later
        #[arg(long, value_name = "TEXT", value_parser = OneLine, required_unless_present = "clear")]
        reason: Option<String>,
        /// Goes on with the steps
        #[arg(long, conflicts_with = "reason")]
        clear: bool,
    },
    /// Takes all traffic back at once, and ends the roll-out
    ///
    /// One call to AWS, without a plan and without waiting for the lock of the stack.
    Back {
        #[command(flatten)]
        stack: StackArg,
        /// The reason, for those who ask later
        #[arg(long, value_name = "TEXT", value_parser = OneLine, default_value = "by hand")]
        reason: String,
        /// Even to an old side that may be asleep
        #[arg(long)]
        anyway: bool,
    },
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &RolloutArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(async {
        match &arguments.command {
            RolloutCommand::Status { stack } => show::status(context, stack.stack.as_deref()).await,
            RolloutCommand::Start { stack } => begin::start(context, stack.stack.as_deref()).await,
            RolloutCommand::Approve { stack, percent } => {
                steer::approve(context, stack.stack.as_deref(), *percent).await
            }
            RolloutCommand::Hold { stack, reason, .. } => {
                steer::hold(context, stack.stack.as_deref(), reason.as_deref()).await
            }
            RolloutCommand::Back { stack, reason, anyway } => {
                steer::back(context, stack.stack.as_deref(), reason, *anyway).await
            }
        }
    })
}
