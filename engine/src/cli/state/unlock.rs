//! `ebb state unlock`: takes the stack away from a command that is gone.

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::state::{confirm, holder};
use crate::state::{LockInfo, StateStore};

pub(super) async fn run(context: &Context, state: &StateStore) -> Result<u8, CommandError> {
    let output = context.output;
    let Some(held) = state.backend().held().await? else {
        if output.is_json() {
            output.json(&json!({ "place": state.place(), "held": null, "unlocked": false }))?;
        } else {
            output.result(&format!("Nobody has {}: there is nothing to unlock.\n", state.place()))?;
        }
        return Ok(DONE);
    };
    output.warn(&explanation(state, &held));
    if held.ends_after.is_some() {
        confirm(context, "state unlock", "Take the stack away from them? Only `yes` goes on:").await?;
    }
    state.unlock(&held, holder("state unlock")).await?;
    if output.is_json() {
        output.json(&json!({ "place": state.place(), "held": held.holder, "unlocked": true }))?;
    } else {
        output.result("Unlocked. The next command looks up what the other one did.\n")?;
    }
    Ok(DONE)
}

/// Who has the stack, and what unlocking does.
fn explanation(state: &StateStore, held: &LockInfo) -> String {
    let mut text = format!("{} is held by {}.", state.place(), held.holder);
    if let (Some(ago), Some(ends)) = (held.renewed_ago, held.ends_after) {
        text.push_str(&format!(
            "\nIts lease was renewed {ago} s ago; not renewed, it ends by itself {ends} s after that, and nothing needs to be \
             unlocked.\nUnlocking takes the lease away at once. If that process is alive, everything that it writes from now on \
             is refused, it begins nothing more and fails; what it has in flight in AWS is finished there, and the next \
             command looks it up. Unlock only if you cannot wait."
        ));
    }
    text
}
