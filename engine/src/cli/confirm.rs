//! Confirmation: a command that changes something asks first, unless `--yes` is passed.

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};

/// Refuses a command that would have to ask where there is no terminal.
pub(super) fn check(context: &CommandContext, command: &str) -> Result<(), CommandError> {
    if context.common.yes || context.output.can_ask() {
        return Ok(());
    }
    let message = format!("`ebb {command}` asks for confirmation, and there is no terminal to ask on");
    Err(CommandError::new(CommandErrorKind::Refused, message).hint("pass --yes to proceed without asking"))
}

/// Asks for confirmation; any answer but `yes` is an error. `question` ends in a question mark.
pub(super) async fn confirm(context: &CommandContext, command: &str, question: &str) -> Result<(), CommandError> {
    if context.common.yes {
        return Ok(());
    }
    check(context, command)?;
    let (output, question) = (context.output, format!("{question} Only `yes` proceeds:"));
    let asked = tokio::task::spawn_blocking(move || output.ask(&question)).await;
    let answer = asked.map_err(|error| CommandError::failed("ask for confirmation", error))??;
    if answer == "yes" {
        return Ok(());
    }
    let message = format!("`ebb {command}` was not confirmed; nothing was changed");
    Err(CommandError::new(CommandErrorKind::Refused, message))
}
