//! `ebb completions`: prints shell completions.

use clap::Args;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};

/// Prints the completions for a shell
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the completions of `grammar`, the whole command line.
pub(in crate::cli) fn run(
    context: &CommandContext,
    arguments: &CompletionsArgs,
    mut grammar: clap::Command,
) -> Result<u8, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut grammar, "ebb", &mut script);
    context.output.result(&String::from_utf8_lossy(&script))?;
    Ok(DONE)
}
