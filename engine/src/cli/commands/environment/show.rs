//! `ebb environment show`: shows the settings of an environment.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::settings::settings;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;

/// Shows the settings of an environment, one a line
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The environment; that of `--env` without it
    name: Option<String>,
}

#[derive(Serialize)]
struct ShowView {
    format: u32,
    environment: String,
    settings: BTreeMap<String, String>,
}

pub(super) fn run(context: &CommandContext, arguments: &ShowArgs) -> Result<u8, CommandError> {
    let environment = arguments.name.clone().unwrap_or_else(|| context.common.environment());
    let settings = settings(context, &environment)?;
    if context.output.is_json() {
        context.output.json(&ShowView { format: OUTPUT_FORMAT, environment, settings })?;
    } else {
        let lines: String = settings.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        context.output.result(&lines)?;
    }
    Ok(DONE)
}
