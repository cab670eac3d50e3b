//! `ebb state history`: the serials that can be shown and rolled back to.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::output::count;
use crate::cli::state::nothing;
use crate::state::StateStore;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;

#[derive(Serialize)]
struct Serials {
    format: u32,
    place: String,
    serials: Vec<Serial>,
}

/// One committed document.
#[derive(Serialize)]
struct Serial {
    serial: u64,
    /// What the commit was about, in words.
    what: String,
    target: Target,
    by: String,
    resources: usize,
    asleep: usize,
}

pub(super) async fn run(context: &Context, state: &StateStore, limit: usize) -> Result<u8, CommandError> {
    let mut serials = Vec::new();
    for serial in state.serials().await?.into_iter().rev().take(limit) {
        serials.push(of(&state.at(serial).await?));
    }
    if serials.is_empty() {
        return Err(nothing(state));
    }
    if context.output.is_json() {
        context.output.json(&Serials { format: OUTPUT_FORMAT, place: state.place(), serials })?;
    } else {
        context.output.result(&render(&serials))?;
    }
    Ok(DONE)
}

fn of(document: &StateDocument) -> Serial {
    let asleep = document.resources.values().filter(|entry| entry.is_asleep()).count();
    let what = match (&document.run, &document.ended) {
        (Some(run), _) => {
            let operations = count(run.plan.operations.len(), "operation");
            format!("{:.0} `ebb {}` begins, {operations}", run.started, run.command)
        }
        (None, Some(ended)) => format!("{:.0} `ebb {}` is over: {}", ended.ended, ended.command, ended.outcome),
        (None, None) => document.why.clone(),
    };
    Serial {
        serial: document.serial,
        what,
        target: document.target,
        by: document.by.clone(),
        resources: document.resources.len() - asleep,
        asleep,
    }
}

fn render(serials: &[Serial]) -> String {
    let width = serials.iter().map(|serial| serial.by.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for Serial { serial, what, target, by, resources, asleep } in serials {
        let sleeping = if *asleep > 0 { format!(", {asleep} asleep") } else { String::new() };
        let (target, resources) = (target.to_string(), count(*resources, "resource"));
        // Writing into text cannot fail.
        let _ = writeln!(text, "{serial:>6}  {target:<9}  {by:<width$}  {what}; {resources}{sleeping}");
    }
    text
}
