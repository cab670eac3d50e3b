//! `ebb completions`: prints the script by which a shell completes command lines.

use clap::Args;
use clap_complete::env::Shells;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};

/// The variable by which the script of a shell asks for completions.
pub(in crate::cli) const COMPLETE: &str = "EBB_COMPLETE";

/// Prints the script for a shell that completes commands, flags, stacks, environments, addresses, serials and outputs
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &CompletionsArgs) -> Result<u8, CommandError> {
    let name = arguments.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells
        .completer(&name)
        .ok_or_else(|| CommandError::new(CommandErrorKind::Usage, format!("there are no completions for {name}")))?;
    let mut script = Vec::new();
    shell
        .write_registration(COMPLETE, "ebb", "ebb", "ebb", &mut script)
        .map_err(|error| CommandError::failed("write the script", error))?;
    context.output.result(&String::from_utf8_lossy(&script))?;
    Ok(DONE)
}
