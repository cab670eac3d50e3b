//! `ebb state history`: lists the serials that can be shown and rolled back to.

use std::fmt::Write as _;

use clap::Args;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::shared::{nothing_recorded, open};
use crate::cli::common::at_least_one;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count, reason};
use crate::cli::runtime;
use crate::state::SerialSummary;
use ebbtide::plan::Target;

/// Lists the serials that can be shown and rolled back to
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Lists at most this many, the latest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = at_least_one)]
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
    let history = state.history().await?.ok_or_else(|| nothing_recorded(&state))?;
    let mut serials = Vec::new();
    for serial in history.serials().iter().take(limit) {
        serials.push(view(history.summary(*serial).await?));
    }
    if context.output.is_json() {
        context.output.json(&HistoryView { format: OUTPUT_FORMAT, place: state.location(), serials })?;
    } else {
        context.output.result(&render(&serials))?;
    }
    Ok(DONE)
}

fn view(summary: SerialSummary) -> SerialView {
    let what = match (&summary.run, &summary.ended) {
        _ if let Some(edit) = &summary.edit => format!("`{edit}`"),
        (Some(run), _) => {
            format!("{:.0} `ebb {}` starts, {}", run.started, run.command, count(run.operations, "operation"))
        }
        // A commit after the end of the last run changed the target and needed no operations.
        (None, Some(ended)) if summary.since > ended.ended => {
            format!("{:.0} {}: nothing to do", summary.since, reason(&summary.why))
        }
        (None, Some(ended)) => format!("{:.0} `ebb {}` is over: {}", ended.ended, ended.command, ended.outcome),
        (None, None) => summary.why,
    };
    SerialView {
        serial: summary.serial,
        what,
        target: summary.target,
        by: summary.by,
        resources: summary.resources,
        asleep: summary.asleep,
    }
}

fn render(serials: &[SerialView]) -> String {
    let width = serials.iter().map(|serial| serial.by.chars().count()).max().unwrap_or(0).max(2);
    let head = format!("{:>6}  {:<9}  {:<width$}  WHAT; RESOURCES THAT EXIST", "SERIAL", "TARGET", "BY");
    let mut text = format!("{}\n", head.dimmed());
    for SerialView { serial, what, target, by, resources, asleep } in serials {
        let sleeping = if *asleep > 0 { format!(", {asleep} asleep") } else { String::new() };
        let (target, resources) = (target.to_string(), count(*resources, "resource"));
        // Writing into text cannot fail.
        let _ = writeln!(text, "{serial:>6}  {target:<9}  {by:<width$}  {what}; {resources}{sleeping}");
    }
    text
}
