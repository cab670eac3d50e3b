//! `ebb state history`: lists the serials that can be shown and rolled back to.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::shared::{nothing_recorded, open};
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count, reason};
use crate::cli::runtime;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;

/// Lists the serials that can be shown and rolled back to
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Lists at most this many, the latest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: usize,
}

#[derive(Serialize)]
struct HistoryView {
    format: u32,
    place: String,
    serials: Vec<SerialView>,
}

/// One committed document.
#[derive(Serialize)]
struct SerialView {
    serial: u64,
    /// The event that was committed, in words.
    what: String,
    target: Target,
    by: String,
    resources: usize,
    asleep: usize,
}

pub(super) fn run(context: &CommandContext, stack: Option<&str>, arguments: &HistoryArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(history(context, stack, arguments.limit))
}

async fn history(context: &CommandContext, stack: Option<&str>, limit: usize) -> Result<u8, CommandError> {
    let state = open(context, stack).await?;
    let mut serials = Vec::new();
    for serial in state.serials().await?.into_iter().rev().take(limit) {
        serials.push(view(&state.at(serial).await?));
    }
    if serials.is_empty() {
        return Err(nothing_recorded(&state));
    }
    if context.output.is_json() {
        context.output.json(&HistoryView { format: OUTPUT_FORMAT, place: state.location(), serials })?;
    } else {
        context.output.result(&render(&serials))?;
    }
    Ok(DONE)
}

fn view(document: &StateDocument) -> SerialView {
    let asleep = document.resources.values().filter(|record| record.is_asleep()).count();
    let what = match (&document.run, &document.ended) {
        (Some(run), _) => {
            let operations = count(run.plan.operations.len(), "operation");
            format!("{:.0} `ebb {}` starts, {operations}", run.started, run.command)
        }
        // A commit after the end of the last run changed the target and needed no operations.
        (None, Some(ended)) if document.since > ended.ended => {
            format!("{:.0} {}: nothing to do", document.since, reason(&document.why))
        }
        (None, Some(ended)) => format!("{:.0} `ebb {}` is over: {}", ended.ended, ended.command, ended.outcome),
        (None, None) => document.why.clone(),
    };
    SerialView {
        serial: document.serial,
        what,
        target: document.target,
        by: document.by.clone(),
        resources: document.resources.len() - asleep,
        asleep,
    }
}

fn render(serials: &[SerialView]) -> String {
    let width = serials.iter().map(|serial| serial.by.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for SerialView { serial, what, target, by, resources, asleep } in serials {
        let sleeping = if *asleep > 0 { format!(", {asleep} asleep") } else { String::new() };
        let (target, resources) = (target.to_string(), count(*resources, "resource"));
        // Writing into text cannot fail.
        let _ = writeln!(text, "{serial:>6}  {target:<9}  {by:<width$}  {what}; {resources}{sleeping}");
    }
    text
}
