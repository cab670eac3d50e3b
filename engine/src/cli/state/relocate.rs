//! `ebb state move` and `ebb state rekey`: the same state in another place, or under another key.

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::state::{confirm, holder};
use crate::state::{Bucket, StateLocation, StateStore};

/// `ebb state move`.
pub(super) async fn to(context: &Context, stack: Option<&str>, named: &str) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    let clients = environment.clients().await?;
    let from = environment.state(&stack, Some(&clients)).await?;
    let place = environment.other_place(named, &clients);
    let to = environment.state_in(&place, &stack, &clients)?;
    let question = format!("Move {} with all its history to {place}? Only `yes` goes on:", from.place());
    confirm(context, "state move", &question).await?;
    let serials = from.move_to(&to, holder("state move")).await?;
    let settings = settings(&place, environment.state_directory_setting(named));
    if context.output.is_json() {
        context.output.json(&json!({
            "from": from.place(), "to": to.place(), "serials": serials, "settings": settings,
        }))?;
    } else {
        context.output.result(&format!(
            "Moved {serials} serials to {}.\nWrite this into environments/{}.toml, for all its stacks:\n\n{settings}",
            to.place(),
            environment.name()
        ))?;
    }
    Ok(DONE)
}

/// The table that makes an environment use a place.
fn settings(place: &StateLocation, directory: String) -> String {
    match place {
        StateLocation::Directory(_) => format!("[state]\ndirectory = \"{directory}\"\n"),
        StateLocation::Bucket(Bucket { name, prefix, kms_key, .. }) => {
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

/// `ebb state rekey`.
pub(super) async fn rekey(context: &Context, state: &StateStore) -> Result<u8, CommandError> {
    let question = format!("Encrypt {} with all its history anew? Only `yes` goes on:", state.place());
    confirm(context, "state rekey", &question).await?;
    let serials = state.rekey(holder("state rekey")).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "place": state.place(), "serials": serials }))?;
    } else {
        context.output.result(&format!(
            "{serials} serials of {} are written anew with the present key; the one before is not needed any more.\n",
            state.place()
        ))?;
    }
    Ok(DONE)
}
