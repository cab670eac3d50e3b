//! `ebb state list`: lists the recorded addresses with their ids.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::shared::{nothing_recorded, open};
use crate::cli::context::{CommandContext, recorded};
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;

pub(super) fn run(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    runtime::on_this_thread(list(context, stack))
}

async fn list(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let document = recorded(&state).await?.ok_or_else(|| nothing_recorded(&state))?;
    if context.output.is_json() {
        let ids: Map<String, Value> = document
            .resources
            .iter()
            .map(|(address, record)| (address.to_string(), record.id.clone().into()))
            .collect();
        context.output.json(&ids)?;
        return Ok(DONE);
    }
    let width = document.resources.keys().map(|address| address.to_string().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (address, record) in &document.resources {
        // Writing into text cannot fail.
        let _ = writeln!(text, "{:<width$}  {}", address.to_string(), record.id.as_deref().unwrap_or("-"));
    }
    context.output.result(&text)?;
    Ok(DONE)
}
