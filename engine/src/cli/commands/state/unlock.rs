//! `ebb state unlock`: breaks the lock of a command that no longer runs.

use serde_json::json;

use super::shared::{lock_owner, open};
use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;
use crate::state::{LockInfo, StateStore};

pub(super) fn run(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    runtime::on_this_thread(unlock(context, stack))
}

async fn unlock(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let output = context.output;
    let Some(held) = state.backend().lock_info().await? else {
        if output.is_json() {
            output.json(&json!({ "place": state.location(), "held": null, "unlocked": false }))?;
        } else {
            output.result(&format!("{} is not locked: there is nothing to unlock.\n", state.location()))?;
        }
        return Ok(DONE);
    };
    output.warn(&explanation(&state, &held));
    if held.ends_after.is_some() {
        confirm(context, "state unlock", "Break this lock?").await?;
    }
    state.unlock(&held, lock_owner("state unlock")).await?;
    if output.is_json() {
        output.json(&json!({ "place": state.location(), "held": held.owner, "unlocked": true }))?;
    } else {
        output.result("Unlocked. The next command looks up what the other one did.\n")?;
    }
    Ok(DONE)
}

/// Returns the owner of the lock and the consequences of unlocking, in words.
fn explanation(state: &StateStore, held: &LockInfo) -> String {
    let mut text = format!("{} is held by {}.", state.location(), held.owner);
    if let (Some(ago), Some(ends)) = (held.renewed_ago, held.ends_after) {
        text.push_str(&format!(
            "\nIts lease was renewed {ago} s ago. If it is not renewed again, it ends by itself {ends} s after that, and there is \
             no need to unlock.\nUnlocking ends the lease at once. If that process is alive, everything it writes from now on is \
             refused: it starts no further operation and fails. AWS finishes its operations in flight, and the next command \
             looks up their results. Unlock only if you cannot wait."
        ));
    }
    text
}
