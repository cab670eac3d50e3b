//! The subcommands of `ebb state`.

use clap::{Args, Subcommand};

use super::{forget, history, init, list, rekey, relocate, rename, repair, rollback, show, unlock};
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Shows the recorded state and its history, moves it, unlocks it, repairs it, re-encrypts it
#[derive(Debug, Args)]
pub(in crate::cli) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
    /// The stack; optional if there is only one
    #[arg(long, global = true)]
    stack: Option<String>,
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// Lists the recorded addresses with their ids
    List,
    Show(show::ShowArgs),
    History(history::HistoryArgs),
    Rollback(rollback::RollbackArgs),
    /// Breaks the lock of a command that no longer runs, after an explanation of the consequences
    Unlock,
    /// Goes on from a damaged journal: keeps what can be read, and lets the next command look up the rest
    Repair,
    Rename(rename::RenameArgs),
    Forget(forget::ForgetArgs),
    Move(relocate::MoveArgs),
    /// Encrypts the state and all its history again, with the key that [state.encryption] names now
    Rekey,
    Init(init::InitArgs),
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: StateArgs) -> Result<u8, CommandError> {
    let stack = arguments.stack.as_deref();
    match arguments.command {
        StateCommand::List => list::run(context, stack),
        StateCommand::Show(show) => show::run(context, stack, &show),
        StateCommand::History(history) => history::run(context, stack, &history),
        StateCommand::Rollback(rollback) => rollback::run(context, arguments.stack, rollback),
        StateCommand::Unlock => unlock::run(context, stack),
        StateCommand::Repair => repair::run(context, stack),
        StateCommand::Rename(rename) => rename::run(context, stack, &rename),
        StateCommand::Forget(forget) => forget::run(context, stack, &forget),
        StateCommand::Move(to) => relocate::run(context, stack, &to),
        StateCommand::Rekey => rekey::run(context, stack),
        StateCommand::Init(init) => init::run(context, &init),
    }
}
