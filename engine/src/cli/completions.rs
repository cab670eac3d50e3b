//! `ebb completions SHELL`.

use clap::CommandFactory as _;

use crate::cli::arguments::Arguments;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};

pub(super) fn run(context: &Context, shell: clap_complete::Shell) -> Result<u8, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ebb", &mut script);
    context.output.result(&String::from_utf8_lossy(&script))?;
    Ok(DONE)
}
