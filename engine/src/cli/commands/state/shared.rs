//! Functions that several subcommands of `ebb state` share.

use crate::cli::context::CommandContext;
use crate::cli::deploy::who;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::state::{LockOwner, StateStore};

/// Opens the state of the stack that was named, or of the only one.
pub(super) async fn open(context: &CommandContext, stack: Option<&str>) -> Result<StateStore, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    Ok(environment.state(&stack, None).await?)
}

/// Returns the error for state that does not exist.
pub(super) fn nothing_recorded(state: &StateStore) -> CommandError {
    let message = format!("nothing is recorded in {}", state.location());
    CommandError::new(CommandErrorKind::State, message).hint("`ebb apply` creates it")
}

/// Returns this process as the owner of a lock.
pub(super) fn lock_owner(command: &str) -> LockOwner {
    LockOwner::of_this_process(who(), command, jiff::Timestamp::now())
}
