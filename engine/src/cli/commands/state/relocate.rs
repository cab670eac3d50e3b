//! `ebb state move`: moves the state and all its history to another place.

use clap::Args;
use serde_json::json;

use super::shared::lock_owner;
use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;
use crate::state::{StateBucket, StateLocation};

/// Moves the state and all its history to another place
#[derive(Debug, Args)]
pub(super) struct MoveArgs {
    /// The new place: s3://BUCKET/PREFIX, or a directory
    #[arg(long, value_name = "PLACE")]
    to: String,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &MoveArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(relocate(context, stack, &arguments.to))
}

async fn relocate(context: &CommandContext, stack: Option<&str>, named: &str) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    let clients = environment.clients().await?;
    let from = environment.state(&stack, Some(&clients)).await?;
    let place = environment.other_place(named, &clients);
    let to = environment.state_in(&place, &stack, &clients)?;
    let question = format!("Move {} and all its history to {place}?", from.location());
    confirm(context, "state move", &question).await?;
    let serials = from.move_to(&to, lock_owner("state move")).await?;
    let settings = settings(&place, environment.state_directory_setting(named));
    if context.output.is_json() {
        context.output.json(&json!({
            "from": from.location(), "to": to.location(), "serials": serials, "settings": settings,
        }))?;
    } else {
        context.output.result(&format!(
            "Moved {serials} serials to {}.\nWrite this into environments/{}.toml, for all its stacks:\n\n{settings}",
            to.location(),
            environment.name()
        ))?;
    }
    Ok(DONE)
}

/// Returns the table that makes an environment use a place.
fn settings(place: &StateLocation, directory: String) -> String {
    match place {
        StateLocation::Directory(_) => format!("[state]\ndirectory = \"{directory}\"\n"),
        StateLocation::Bucket(StateBucket { name, prefix, kms_key, .. }) => {
            let mut text = format!("[state]\nbackend = \"s3\"\nbucket = \"{name}\"\n");
            if !prefix.is_empty() {
                text.push_str(&format!("prefix = \"{prefix}\"\n"));
            }
            if let Some(key) = kms_key {
                text.push_str(&format!("kms_key = \"{key}\"\n"));
            }
            text
        }
    }
}
