//! `ebb state rekey`: encrypts the state and all its history with another key.

use serde_json::json;

use super::shared::{lock_owner, open};
use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;

pub(super) fn run(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    runtime::on_this_thread(rekey(context, stack))
}

async fn rekey(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let question = format!("Encrypt {} and all its history again?", state.location());
    confirm(context, "state rekey", &question).await?;
    let serials = state.rekey(lock_owner("state rekey")).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "place": state.location(), "serials": serials }))?;
    } else {
        context.output.result(&format!(
            "{serials} serials of {} are encrypted with the current key; the previous key is no longer needed.\n",
            state.location()
        ))?;
    }
    Ok(DONE)
}
