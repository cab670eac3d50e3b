//! `ebb schedule preview`: the transitions to come.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::chosen::{Chosen, chosen, from, lead};
use super::picture::{draw, hours};
use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use crate::environment::Environment;
use ebbtide::plan::Target;
use ebbtide::schedule::{Capacity, Hours, Preview, Transition, lint, preview};

/// Shows the transitions to come, the week as a picture, and the hours
#[derive(Debug, Args)]
pub(in crate::cli) struct PreviewArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The beginning: a day or a time in the schedule's time zone, or an instant with an offset; now if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// The number of days
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: u32,
    /// The time that the stack needs to come up, such as `20m`, for windows that are to be ready
    #[arg(long, value_name = "DURATION")]
    lead: Option<String>,
}

#[derive(Serialize)]
struct PreviewView {
    format: u32,
    /// Null for the schedule of the environment.
    stack: Option<String>,
    environment: String,
    timezone: Option<String>,
    tzdb: Option<String>,
    from: Timestamp,
    to: Timestamp,
    /// The state at the beginning.
    start: TransitionView,
    transitions: Vec<TransitionView>,
    hours: Hours,
    /// Null while the prices are unknown.
    cost: Option<f64>,
    idle: Vec<IdleView>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct TransitionView {
    at: Timestamp,
    local: String,
    target: Target,
    capacity: Capacity,
    window: Option<String>,
    reason: String,
}

/// A time in which the stack is paused if nothing calls it for so long.
#[derive(Serialize)]
struct IdleView {
    from: Timestamp,
    to: Timestamp,
    after_ms: u64,
}

pub(super) fn run(context: &CommandContext, arguments: &PreviewArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(show(context, arguments))
}

async fn show(context: &CommandContext, arguments: &PreviewArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let chosen = chosen(context, &environment, arguments.stack.stack.as_deref()).await?;
    let from = from(arguments.from.as_deref(), chosen.schedule)?;
    let preview = preview(chosen.schedule, from, arguments.days, lead(arguments.lead.as_deref())?);
    let warnings = lint(chosen.schedule, from);
    if context.output.is_json() {
        context.output.json(&view(&environment, &chosen, &preview, warnings))?;
        return Ok(DONE);
    }
    context.output.result(&render(&environment, &chosen, &preview))?;
    for warning in &warnings {
        context.output.warn(&format!("{} {warning}", "warning:".yellow().bold()));
    }
    let waits = chosen.schedule.windows().iter().any(|window| window.ready);
    if waits && arguments.lead.is_none() {
        context
            .output
            .note("Windows with `ready` start earlier, by the time that the stack needs: see it with `--lead 20m`.");
    }
    Ok(DONE)
}

fn view(environment: &Environment, chosen: &Chosen<'_>, preview: &Preview, warnings: Vec<String>) -> PreviewView {
    let idle = preview.stretches.iter().filter_map(|stretch| {
        let after_ms = u64::try_from(stretch.idle?.as_millis()).ok()?;
        Some(IdleView { from: stretch.begin, to: stretch.end, after_ms })
    });
    PreviewView {
        format: OUTPUT_FORMAT,
        stack: chosen.stack.clone(),
        environment: environment.name().to_owned(),
        timezone: chosen.schedule.zone().iana_name().map(str::to_owned),
        tzdb: chosen.schedule.tzdb().map(str::to_owned),
        from: preview.from,
        to: preview.to,
        start: transition(&preview.start),
        transitions: preview.transitions.iter().map(transition).collect(),
        hours: preview.hours.clone(),
        cost: None,
        idle: idle.collect(),
        warnings,
    }
}

fn transition(transition: &Transition) -> TransitionView {
    TransitionView {
        at: transition.at,
        local: transition.local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        target: transition.target,
        capacity: transition.capacity.clone(),
        window: transition.window.clone(),
        reason: transition.reason.clone(),
    }
}

fn render(environment: &Environment, chosen: &Chosen<'_>, preview: &Preview) -> String {
    let mut text = format!("{}\n\n", chosen.heading(environment).bold());
    text.push_str(&draw(preview, chosen.schedule.zone()));
    // Writing into text cannot fail.
    let _ = writeln!(text, "\nTransitions");
    let all = || [&preview.start].into_iter().chain(&preview.transitions);
    let name = |transition: &Transition| transition.window.clone().unwrap_or_else(|| "–".to_owned());
    let width = all().map(|transition| name(transition).chars().count()).max().unwrap_or(0);
    for (index, transition) in all().enumerate() {
        let sign = if index == 0 { "from" } else { "    " };
        let local = transition.local.strftime("%a %Y-%m-%d %H:%M %Z");
        let utc = transition.at.strftime("%m-%d %H:%M UTC");
        let target = format!("{:<7}", transition.target.to_string());
        let target =
            if transition.target == Target::Running { target.green().to_string() } else { target.dimmed().to_string() };
        let window = name(transition);
        let line = format!("{sign} {local}  {utc}  {target}  {window:<width$}  {}", capacity(&transition.capacity));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "\n{}", summary(&preview.hours));
    text.push_str(&idle(preview));
    text
}

fn capacity(capacity: &Capacity) -> String {
    let bounds: Vec<_> = capacity.iter().map(|(name, bounds)| format!("{name} {bounds}")).collect();
    bounds.join(", ")
}

fn summary(all: &Hours) -> String {
    let windows: Vec<_> = all.windows.iter().map(|(name, length)| format!("{name} {} h", hours(*length))).collect();
    let windows = if windows.is_empty() { String::new() } else { format!(" ({})", windows.join(", ")) };
    format!("Running {} h of {} h{windows}.", hours(all.running), hours(all.running + all.paused))
}

/// Returns a line for each window in which idleness pauses the stack.
fn idle(preview: &Preview) -> String {
    let mut after: BTreeMap<String, String> = BTreeMap::new();
    for stretch in &preview.stretches {
        let names = stretch.windows.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let names = if names.is_empty() { "all other times".to_owned() } else { names };
        after.extend(stretch.idle.map(|idle| (names, format!("{idle:#}"))));
    }
    let line = |(names, after): (&String, &String)| format!("Paused after {after} without a call in {names}.\n");
    after.iter().map(line).collect()
}
