//! `ebb history`: lists the runs of a stack, the latest first.

use std::fmt::Write as _;

use clap::Args;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::cli::common::{StackArg, at_least_one};
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::progress::duration;
use crate::cli::runtime;
use crate::state::{RunSummary, StateStore};
use ebbtide::plan::{Summary, Target};
use ebbtide::record::{RunOutcome, RunRecord};

/// Lists the runs of a stack: who, when, why, and how they ended
#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Lists at most this many, the latest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = at_least_one)]
    limit: usize,
}

#[derive(Serialize)]
struct HistoryView {
    format: u32,
    stack: String,
    environment: String,
    runs: Vec<RunView>,
}

/// One run.
#[derive(Serialize)]
struct RunView {
    run: String,
    /// The serial that the run ended with; the one that it started with while it is open.
    serial: u64,
    started: jiff::Timestamp,
    took_ms: Option<u64>,
    by: String,
    command: String,
    target: Target,
    why: String,
    plan: String,
    /// `None` while the run is open.
    outcome: Option<RunOutcome>,
    /// The operations that were done; those that were planned, if the run is open or was cut off.
    summary: Summary,
    failed: usize,
    skipped: usize,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &HistoryArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(history(context, arguments))
}

async fn history(context: &CommandContext, arguments: &HistoryArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    let state = environment.state(&stack, None).await?;
    let runs = runs(&state, arguments.limit).await?;
    if context.output.is_json() {
        context.output.json(&HistoryView {
            format: OUTPUT_FORMAT,
            stack,
            environment: environment.name().to_owned(),
            runs,
        })?;
    } else if runs.is_empty() {
        context.output.result(&format!("{stack} has no runs in {} yet.\n", environment.name()))?;
    } else {
        context.output.result(&render(&runs))?;
    }
    Ok(DONE)
}

/// Returns the runs that the serials record, the latest first. Each serial records how the run before it ended, and the next
/// ones repeat it until another run is over.
async fn runs(state: &StateStore, limit: usize) -> Result<Vec<RunView>, CommandError> {
    let mut runs: Vec<RunView> = Vec::new();
    let Some(history) = state.history().await? else { return Ok(runs) };
    for (nth, serial) in history.serials().iter().copied().enumerate() {
        let summary = history.summary(serial).await?;
        if nth == 0 {
            runs.extend(summary.run.map(|run| open(run, serial)));
        }
        let Some(ended) = &summary.ended else { continue };
        let full = runs.len() >= limit;
        match runs.last_mut().filter(|last| last.run == ended.id) {
            Some(last) => last.serial = serial,
            None if full => break,
            None => runs.push(over(ended, serial)),
        }
    }
    runs.truncate(limit);
    Ok(runs)
}

fn open(run: RunSummary, serial: u64) -> RunView {
    RunView {
        run: run.id,
        serial,
        started: run.started,
        took_ms: None,
        by: run.by,
        command: run.command,
        target: run.target,
        why: run.why,
        plan: run.plan,
        outcome: None,
        summary: run.summary,
        failed: 0,
        skipped: 0,
    }
}

fn over(ended: &RunRecord, serial: u64) -> RunView {
    RunView {
        run: ended.id.clone(),
        serial,
        started: ended.started,
        took_ms: u64::try_from(ended.ended.duration_since(ended.started).as_millis()).ok(),
        by: ended.by.clone(),
        command: ended.command.clone(),
        target: ended.target,
        why: ended.why.clone(),
        plan: ended.plan.clone(),
        outcome: Some(ended.outcome),
        summary: ended.summary,
        failed: ended.failed,
        skipped: ended.skipped,
    }
}

fn render(runs: &[RunView]) -> String {
    let width = |of: fn(&RunView) -> usize| runs.iter().map(of).max().unwrap_or(0);
    let (by, time) = (width(|run| run.by.chars().count()).max(2), width(|run| took(run).chars().count()).max(4));
    let head = format!(
        "{:>6}  {:<20}  {:>time$}  {:<by$}  {:<9}  {:<11}  {:<12}  OPERATIONS, REASON",
        "SERIAL", "STARTED", "TOOK", "BY", "TARGET", "OUTCOME", "PLAN"
    );
    let mut text = format!("{}\n", head.dimmed());
    for run in runs {
        let outcome = run.outcome.map_or_else(|| "open".to_owned(), |outcome| outcome.to_string());
        let outcome = format!("{outcome:<11}");
        let outcome = match run.outcome {
            Some(RunOutcome::Done) => outcome.green().to_string(),
            Some(RunOutcome::Failed) => outcome.red().to_string(),
            Some(RunOutcome::Interrupted | RunOutcome::CutOff) | None => outcome.yellow().to_string(),
        };
        let (serial, started, target, plan) = (run.serial, run.started, run.target.to_string(), short(&run.plan));
        // Writing into text cannot fail.
        let _ = writeln!(
            text,
            "{serial:>6}  {started:.0}  {:>time$}  {:<by$}  {target:<9}  {outcome}  {}  {}  {}",
            took(run),
            run.by,
            plan.dimmed(),
            operations(run),
            run.why.dimmed()
        );
    }
    text
}

fn took(run: &RunView) -> String {
    run.took_ms.map(duration).unwrap_or_default()
}

/// Returns enough of a hash to tell it from others.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Returns the operations in words: what was done, or planned.
fn operations(run: &RunView) -> String {
    let summary = &run.summary;
    // Earlier versions counted what a pause puts to sleep as deleted.
    let (asleep, deleted) = match run.target {
        Target::Paused => (summary.sleep + summary.delete, 0),
        Target::Running | Target::Destroyed => (summary.sleep, summary.delete),
    };
    let counts = [
        (summary.create, "created"),
        (summary.update, "updated"),
        (summary.replace, "replaced"),
        (asleep, "put to sleep"),
        (deleted, "deleted"),
        (summary.forget, "forgotten"),
        (run.failed, "failed"),
        (run.skipped, "not started"),
    ];
    let parts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, done)| format!("{n} {done}")).collect();
    let planned = if matches!(run.outcome, None | Some(RunOutcome::CutOff)) { "planned: " } else { "" };
    if parts.is_empty() { "nothing".to_owned() } else { format!("{planned}{}", parts.join(", ")) }
}
