//! `ebb state list` and `ebb state show`: the recorded state as it is, or as it was.

use std::fmt::Write as _;

use crate::cli::context::{Context, recorded};
use crate::cli::error::{CommandError, DONE};
use crate::state::StateStore;
use ebbtide::record::StateDocument;

/// `ebb state list`.
pub(super) async fn list(context: &Context, state: &StateStore) -> Result<u8, CommandError> {
    let document = recorded(state).await?.ok_or_else(|| super::nothing(state))?;
    if context.output.is_json() {
        let ids: serde_json::Map<String, serde_json::Value> =
            document.resources.iter().map(|(address, entry)| (address.to_string(), entry.id.clone().into())).collect();
        context.output.json(&ids)?;
        return Ok(DONE);
    }
    let width = document.resources.keys().map(|address| address.to_string().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (address, entry) in &document.resources {
        // Writing into text cannot fail.
        let _ = writeln!(text, "{:<width$}  {}", address.to_string(), entry.id.as_deref().unwrap_or("-"));
    }
    context.output.result(&text)?;
    Ok(DONE)
}

/// `ebb state show`.
pub(super) async fn show(
    context: &Context,
    state: &StateStore,
    address: Option<&str>,
    serial: Option<u64>,
) -> Result<u8, CommandError> {
    let document: StateDocument = match serial {
        Some(serial) => state.at(serial).await?,
        None => recorded(state).await?.ok_or_else(|| super::nothing(state))?,
    };
    let value = match address {
        None => {
            let mut document = serde_json::to_value(&document);
            // The key of hashes is private to the document; whoever needs it has the document.
            if let Some(fields) = document.as_mut().ok().and_then(serde_json::Value::as_object_mut) {
                fields.remove("key");
            }
            document
        }
        Some(name) => {
            let known: Vec<_> = document.resources.keys().map(ToString::to_string).collect();
            let entry = document.resources.iter().find(|(address, _)| address.to_string() == name);
            let (_, entry) = entry.ok_or_else(|| CommandError::unknown("recorded resource", name, &known))?;
            serde_json::to_value(entry)
        }
    };
    let value = value.map_err(|error| CommandError::io("write the state", &std::io::Error::other(error)))?;
    if context.output.is_json() {
        context.output.json(&value)?;
    } else {
        context.output.result(&format!("{value:#}\n"))?;
    }
    Ok(DONE)
}
