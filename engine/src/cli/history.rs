//! `ebb history`: the runs of a stack, the latest first.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::progress::duration;
use crate::state::StateStore;
use ebbtide::plan::{Summary, Target};
use ebbtide::record::{Run, RunOutcome, RunRecord};

#[derive(Serialize)]
struct Runs {
    format: u32,
    stack: String,
    environment: String,
    runs: Vec<Told>,
}

/// One run.
#[derive(Serialize)]
struct Told {
    run: String,
    /// The serial that it ended with; of an open one, that it began with.
    serial: u64,
    started: jiff::Timestamp,
    took_ms: Option<u64>,
    by: String,
    command: String,
    target: Target,
    why: String,
    plan: String,
    /// `None` while it is open.
    outcome: Option<RunOutcome>,
    /// What was done; of an open run, and of one that was cut off, what is planned.
    summary: Summary,
    failed: usize,
    skipped: usize,
}

pub(super) async fn run(context: &Context, stack: Option<&str>, limit: usize) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, stack).await?;
    let state = environment.state(&stack, None).await?;
    let runs = runs(&state, limit).await?;
    if context.output.is_json() {
        context.output.json(&Runs {
            format: OUTPUT_FORMAT,
            stack,
            environment: environment.name().to_owned(),
            runs,
        })?;
    } else if runs.is_empty() {
        context.output.result(&format!("There was no run of {stack} in {} yet.\n", environment.name()))?;
    } else {
        context.output.result(&render(&runs))?;
    }
    Ok(DONE)
}

/// The runs that the serials tell of, the latest first. Each document tells how the run before it ended, and the next
/// ones tell it again until another run is over.
async fn runs(state: &StateStore, limit: usize) -> Result<Vec<Told>, CommandError> {
    let mut runs: Vec<Told> = Vec::new();
    for (nth, serial) in state.serials().await?.into_iter().rev().enumerate() {
        let document = state.at(serial).await?;
        if nth == 0 {
            runs.extend(document.run.as_ref().map(|run| open(run, serial)));
        }
        let Some(ended) = &document.ended else { continue };
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

fn open(run: &Run, serial: u64) -> Told {
    Told {
        run: run.id.clone(),
        serial,
        started: run.started,
        took_ms: None,
        by: run.by.clone(),
        command: run.command.clone(),
        target: run.plan.target,
        why: run.why.clone(),
        plan: run.plan.hash.clone(),
        outcome: None,
        summary: run.plan.summary(),
        failed: 0,
        skipped: 0,
    }
}

fn over(ended: &RunRecord, serial: u64) -> Told {
    Told {
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

fn render(runs: &[Told]) -> String {
    let width = |of: fn(&Told) -> usize| runs.iter().map(of).max().unwrap_or(0);
    let (by, time) = (width(|run| run.by.chars().count()), width(|run| took(run).chars().count()));
    let mut text = String::new();
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
            what(run),
            run.why.dimmed()
        );
    }
    text
}

fn took(run: &Told) -> String {
    run.took_ms.map(duration).unwrap_or_default()
}

/// Enough of a hash to tell it from others.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// What was done, in words.
fn what(run: &Told) -> String {
    let summary = &run.summary;
    let counts = [
        (summary.create, "created"),
        (summary.update, "updated"),
        (summary.replace, "replaced"),
        (summary.delete, if run.target == Target::Paused { "put to sleep" } else { "deleted" }),
        (summary.forget, "forgotten"),
        (run.failed, "failed"),
        (run.skipped, "not begun"),
    ];
    let parts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let planned = if matches!(run.outcome, None | Some(RunOutcome::CutOff)) { "planned: " } else { "" };
    if parts.is_empty() { "nothing".to_owned() } else { format!("{planned}{}", parts.join(", ")) }
}
