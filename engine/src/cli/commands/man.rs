//! `ebb man`: writes the manual pages.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};

/// Writes a manual page for each command into a directory
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// The directory; it is created if it does not exist
    directory: PathBuf,
}

/// Writes the pages of `grammar`, the whole command line.
pub(in crate::cli) fn run(
    context: &CommandContext,
    arguments: &ManArgs,
    grammar: clap::Command,
) -> Result<u8, CommandError> {
    let directory = &arguments.directory;
    let failed = |error| CommandError::failed(&format!("write manual pages into {}", directory.display()), error);
    fs_err::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(grammar, directory).map_err(failed)?;
    context.output.note(&format!("`man {}/ebb.1` shows the first page.", directory.display()));
    Ok(DONE)
}
