//! `ebb environment diff`: shows the settings that differ between two environments.

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use super::settings::settings;
use crate::cli::context::CommandContext;
use crate::cli::dollars::{Align, table};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;

/// Shows the settings that differ between two environments, such as before a promotion
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The one environment
    one: String,
    /// The other environment
    other: String,
}

#[derive(Serialize)]
struct DiffView {
    format: u32,
    environments: [String; 2],
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    key: String,
    /// The values of both; null where it is not set.
    values: [Option<String>; 2],
}

pub(super) fn run(context: &CommandContext, arguments: &DiffArgs) -> Result<u8, CommandError> {
    let environments = [arguments.one.clone(), arguments.other.clone()];
    let [one, other] = [settings(context, &arguments.one)?, settings(context, &arguments.other)?];
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let difference =
        |key: &String| Difference { key: key.clone(), values: [one.get(key).cloned(), other.get(key).cloned()] };
    let differences: Vec<Difference> =
        keys.into_iter().map(difference).filter(|found| found.values[0] != found.values[1]).collect();
    if context.output.is_json() {
        context.output.json(&DiffView { format: OUTPUT_FORMAT, environments, differences })?;
        return Ok(DONE);
    }
    if differences.is_empty() {
        context.output.result("No setting differs.\n")?;
        return Ok(DONE);
    }
    let [one, other] = environments;
    let mut rows = vec![["SETTING".to_owned(), one.to_uppercase(), other.to_uppercase()]];
    rows.extend(differences.into_iter().map(|Difference { key, values }| {
        let [one, other] = values.map(|value| value.unwrap_or_else(|| "(not set)".to_owned()));
        [key, one, other]
    }));
    context.output.result(&table([Align::Left; 3], &rows))?;
    Ok(DONE)
}
