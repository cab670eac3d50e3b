//! `ebb state …`: the recorded state, its history, and where it is kept.

mod history;
mod init;
mod relocate;
mod show;
mod unlock;

use crate::cli::arguments::{State as Arguments, StateCommand};
use crate::cli::change;
use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::cli::deploy::who;
use crate::cli::error::{CommandError, ErrorKind};
use crate::state::{LockOwner, StateStore};

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<u8, CommandError> {
    let stack = arguments.stack.as_deref();
    match arguments.command {
        StateCommand::List => show::list(context, &state(context, stack).await?).await,
        StateCommand::Show { address, serial } => {
            show::show(context, &state(context, stack).await?, address.as_deref(), serial).await
        }
        StateCommand::History { limit } => history::run(context, &state(context, stack).await?, limit).await,
        StateCommand::Rollback { serial, include_data, reason } => {
            let back = Change::back_to(serial, arguments.stack.clone()).including_data(include_data);
            change::run(context, back.because(reason.reason)).await
        }
        StateCommand::Unlock => unlock::run(context, &state(context, stack).await?).await,
        StateCommand::Move { to } => relocate::to(context, stack, &to).await,
        StateCommand::Rekey => relocate::rekey(context, &state(context, stack).await?).await,
        StateCommand::Init { place } => init::run(context, place.as_deref()).await,
    }
}

/// The state of the stack that was named, or of the only one.
async fn state(context: &Context, stack: Option<&str>) -> Result<StateStore, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    Ok(environment.state(&stack, None).await?)
}

/// That nothing was ever recorded.
fn nothing(state: &StateStore) -> CommandError {
    let message = format!("nothing is recorded in {}", state.place());
    CommandError::new(ErrorKind::State, message).hint("`ebb apply` makes it")
}

/// Who does what.
fn holder(command: &str) -> LockOwner {
    LockOwner { by: who(), process: std::process::id(), command: command.to_owned(), since: jiff::Timestamp::now() }
}

/// Asks before something is done that cannot be taken back by running a command again.
async fn confirm(context: &Context, command: &str, question: &str) -> Result<(), CommandError> {
    if context.common.yes {
        return Ok(());
    }
    if !context.output.can_ask() {
        let message = format!("`ebb {command}` changes things, and there is nobody at a terminal to ask");
        return Err(CommandError::new(ErrorKind::Refused, message).hint("pass --yes to go on without asking"));
    }
    change::ask(context, question, command).await
}
