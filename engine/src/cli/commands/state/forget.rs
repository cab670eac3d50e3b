//! `ebb state forget`: drops resources from the record, and touches nothing in AWS.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::shared::{lock_owner, nothing_recorded, open};
use crate::apply::keep_edited_record;
use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::runtime;
use ebbtide::record::{Forgotten, StateDocument};
use ebbtide::resource::Address;

/// Drops resources from the record without touching AWS; the way out of a record that contradicts itself
#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    /// The resources, KIND.NAME
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &ForgetArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(forget(context, stack, &arguments.addresses))
}

async fn forget(context: &CommandContext, stack: Option<&str>, named: &[String]) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let document = state.read_unchecked().await?.ok_or_else(|| nothing_recorded(&state))?;
    let preview = preview(document, named)?;
    let output = context.output;
    if !output.is_json() {
        output.warn(&consequences(&preview));
    }
    let question = format!("Drop {} from the record?", named.join(", "));
    confirm(context, "state forget", &question).await?;
    let addresses: Vec<Address> = preview.iter().map(|(address, _)| address.clone()).collect();
    let command = format!("ebb state forget {}", named.join(" "));
    state.forget(lock_owner("state forget"), &addresses, &command).await?;
    let (now, kinds) = (jiff::Timestamp::now(), context.providers.kinds());
    if let Err(error) = keep_edited_record(&state, lock_owner("state forget"), now, kinds).await {
        output.warn(&format!("warning: cannot write the ledger of costs, which the next run does: {error}"));
    }
    if output.is_json() {
        let forgotten: Vec<_> = preview
            .iter()
            .map(|(address, forgotten)| {
                json!({ "address": address, "ids": forgotten.ids, "dependents": forgotten.dependents })
            })
            .collect();
        output.json(&json!({ "place": state.location(), "forgotten": forgotten }))?;
    } else {
        output.result(&format!("Forgot {}. Nothing was changed in AWS.\n", named.join(", ")))?;
    }
    Ok(DONE)
}

/// Returns the addresses that were named, with what would be forgotten of each.
fn preview(mut document: StateDocument, named: &[String]) -> Result<Vec<(Address, Forgotten)>, CommandError> {
    let open = document.run.iter().flat_map(|run| &run.plan.operations).map(|operation| &operation.address);
    let mut known: Vec<String> = document.resources.keys().chain(open).map(ToString::to_string).collect();
    known.sort();
    known.dedup();
    let mut preview = Vec::new();
    for name in named {
        let address: Address =
            name.parse().map_err(|error| CommandError::new(CommandErrorKind::Usage, format!("{error}")))?;
        let unknown = || CommandError::unknown("recorded resource", name, &known);
        let forgotten = document.forget(&address).ok_or_else(unknown)?;
        preview.push((address, forgotten));
    }
    Ok(preview)
}

/// Returns what stays behind, in words.
fn consequences(preview: &[(Address, Forgotten)]) -> String {
    let mut text = String::new();
    // Writing into text cannot fail.
    for (address, Forgotten { ids, dependents }) in preview {
        let _ = match ids.as_slice() {
            [] => writeln!(text, "{address} has no recorded id; a creation under way may still leave it in AWS."),
            ids => {
                writeln!(text, "{address} stays in AWS as {}, with its tags, and may go on billing.", ids.join(", "))
            }
        };
        if !dependents.is_empty() {
            let names: Vec<_> = dependents.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "  Recorded as depending on it, and staying so in AWS: {}.", names.join(", "));
        }
    }
    text.push_str(
        "Ebbtide will neither change nor delete what it has forgotten: delete it in AWS yourself. If it is still declared, the \
         next apply creates it anew, and fails if its name is taken.",
    );
    text
}
