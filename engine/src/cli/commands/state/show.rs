//! `ebb state show`: prints the recorded state of now, or of an earlier serial.

use clap::Args;
use serde_json::Value;

use super::shared::{nothing_recorded, open};
use crate::cli::context::{CommandContext, recorded};
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;
use ebbtide::record::StateDocument;

/// Shows everything that is recorded of a resource, or of the stack
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The resource, KIND.NAME; the whole document if left out
    address: Option<String>,
    /// The serial to show; the current one if left out
    #[arg(long, value_name = "NUMBER")]
    serial: Option<u64>,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &ShowArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(show(context, stack, arguments))
}

async fn show(context: &CommandContext, stack: Option<&str>, arguments: &ShowArgs) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let document = match arguments.serial {
        Some(serial) => state.at(serial).await?,
        None => recorded(&state).await?.ok_or_else(|| nothing_recorded(&state))?,
    };
    let value = match &arguments.address {
        None => without_key(&document),
        Some(name) => {
            let known: Vec<_> = document.resources.keys().map(ToString::to_string).collect();
            let record = document.resources.iter().find(|(address, _)| address.to_string() == *name);
            let (_, record) = record.ok_or_else(|| CommandError::unknown("recorded resource", name, &known))?;
            serde_json::to_value(record)
        }
    };
    let value = value.map_err(|error| CommandError::failed("write the state", error))?;
    if context.output.is_json() {
        context.output.json(&value)?;
    } else {
        context.output.result(&format!("{value:#}\n"))?;
    }
    Ok(DONE)
}

/// Returns a document as JSON without the key of its hashes, which is private to the document.
fn without_key(document: &StateDocument) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(document)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("key");
    }
    Ok(value)
}
