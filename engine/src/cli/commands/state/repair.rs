//! `ebb state repair`: goes on from a damaged journal.

use serde_json::json;

use super::shared::{lock_owner, open};
use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::count;
use crate::cli::runtime;

pub(super) fn run(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    runtime::on_this_thread(repair(context, stack))
}

async fn repair(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let question = format!("Drop what cannot be read of the journal of {}?", state.location());
    confirm(context, "state repair", &question).await?;
    let repaired = state.repair(lock_owner("state repair")).await?;
    let (kept, dropped) = repaired.map_or((0, 0), |repaired| (repaired.kept, repaired.dropped));
    let output = context.output;
    if output.is_json() {
        output.json(
            &json!({ "place": state.location(), "repaired": repaired.is_some(), "kept": kept, "dropped": dropped }),
        )?;
    } else if repaired.is_none() {
        output.result(&format!("The journal of {} is not damaged: nothing was changed.\n", state.location()))?;
    } else {
        output.result(&format!(
            "Dropped {}, kept {kept} of the journal of {}.\nThe run stays open: the next command looks up every creation of its \
             plan that is not recorded. If it is a pause, compare the capacity of the endpoints after the resume.\n",
            count(dropped, "line"),
            state.location(),
        ))?;
    }
    Ok(DONE)
}
