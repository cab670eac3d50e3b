//! `ebb schedule preview`: the transitions to come.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::chosen::{Chosen, chosen};
use super::picture::{draw, hours};
use super::priced::Priced;
use crate::cli::common::StackArg;
use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use crate::cli::schedule_times::{beginning, lead};
use crate::control::resume_time;
use crate::environment::Environment;
use ebbtide::cost::AmountRange;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::{Capacity, Hours, Preview, Transition, lint, preview};

/// Shows the transitions to come, the week as a picture, the hours and the dollars
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
    /// The time that the stack needs to come up, such as `20m`, for windows that are to be ready; by default as learned from
    /// earlier runs
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
    /// The time by which windows that are to be ready begin earlier.
    lead_ms: i64,
    /// Whether that time was learned from earlier runs.
    lead_learned: bool,
    /// The dollars of the whole time, without what is billed by use; null if nothing is recorded of the stack.
    cost: Option<AmountRange>,
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
    /// The hours until the next transition, or until the end.
    hours: f64,
    /// The dollars of these hours, without what is billed by use; null if nothing is recorded of the stack.
    cost: Option<AmountRange>,
}

/// The time that a stack needs to come up.
#[derive(Clone, Copy)]
struct Lead {
    time: SignedDuration,
    /// Whether it was learned from earlier runs.
    learned: bool,
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
    let from = beginning(arguments.from.as_deref(), chosen.schedule)?;
    let given = arguments.lead.as_deref().map(lead).transpose()?;
    let document = match &chosen.stack {
        Some(stack) => record(context, &environment, stack).await,
        None => None,
    };
    let lead = match (given, &document) {
        (Some(time), _) => Lead { time, learned: false },
        (None, Some(document)) => Lead { time: resume_time(document, context.providers.kinds()), learned: true },
        (None, None) => Lead { time: SignedDuration::ZERO, learned: false },
    };
    let preview = preview(chosen.schedule, from, arguments.days, lead.time);
    let warnings = lint(chosen.schedule, from);
    let priced = Priced::new(context, &environment, document.as_ref(), &preview);
    if context.output.is_json() {
        context.output.json(&view(&environment, &chosen, &preview, (lead, &priced), warnings))?;
        return Ok(DONE);
    }
    context.output.result(&render(&environment, &chosen, &preview, &priced))?;
    for warning in &warnings {
        context.output.warn(&format!("{} {warning}", "warning:".yellow().bold()));
    }
    context.look_for_unknown_stacks(&environment).await;
    if let (None, Some(stack)) = (&document, &chosen.stack) {
        context.output.note(&format!(
            "Dollars are those of a recorded stack: `ebb cost estimate {stack}` has those of a declared one."
        ));
    }
    let waits = chosen.schedule.windows().iter().any(|window| window.ready);
    if waits && lead.learned {
        let minutes = lead.time.as_secs().div_euclid(60).max(1);
        context.output.note(&format!(
            "Windows with `ready` start {minutes}m earlier, as earlier runs took; `--lead` takes another time."
        ));
    } else if waits && given.is_none() {
        context
            .output
            .note("Windows with `ready` start earlier, by the time that the stack needs: see it with `--lead 20m`.");
    }
    Ok(DONE)
}

/// Returns the record of a stack that was applied. A preview needs none, so a record out of reach is only pointed out.
async fn record(context: &CommandContext, environment: &Environment, stack: &str) -> Option<StateDocument> {
    let read = async { context::recorded(&environment.state(stack, None).await?).await };
    match read.await {
        Ok(document) => {
            let is_applied =
                |document: &StateDocument| !document.resources.is_empty() && document.target != Target::Destroyed;
            let mut document = document.filter(is_applied);
            let kinds = context.providers.kinds();
            document.iter_mut().for_each(|document| document.migrate_inputs(kinds, &mut []));
            document
        }
        Err(error) => {
            context.output.warn(&format!("warning: dollars are left out: {error}"));
            None
        }
    }
}

fn view(
    environment: &Environment,
    chosen: &Chosen<'_>,
    preview: &Preview,
    (lead, priced): (Lead, &Priced),
    warnings: Vec<String>,
) -> PreviewView {
    let idle = preview.stretches.iter().filter_map(|stretch| {
        let after_ms = u64::try_from(stretch.idle?.as_millis()).ok()?;
        Some(IdleView { from: stretch.begin, to: stretch.end, after_ms })
    });
    let mut shown = all(preview).enumerate().map(|(index, one)| transition(one, index, priced)).collect::<Vec<_>>();
    let start = shown.remove(0);
    PreviewView {
        format: OUTPUT_FORMAT,
        stack: chosen.stack.clone(),
        environment: environment.name().to_owned(),
        timezone: chosen.schedule.zone().iana_name().map(str::to_owned),
        tzdb: chosen.schedule.tzdb().map(str::to_owned),
        from: preview.from,
        to: preview.to,
        start,
        transitions: shown,
        hours: preview.hours.clone(),
        lead_ms: i64::try_from(lead.time.as_millis()).unwrap_or(i64::MAX),
        lead_learned: lead.learned,
        cost: priced.total(),
        idle: idle.collect(),
        warnings,
    }
}

/// Returns the state at the beginning, and the transitions.
fn all(preview: &Preview) -> impl Iterator<Item = &Transition> {
    [&preview.start].into_iter().chain(&preview.transitions)
}

fn transition(transition: &Transition, index: usize, priced: &Priced) -> TransitionView {
    TransitionView {
        at: transition.at,
        local: transition.local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        target: transition.target,
        capacity: transition.capacity.clone(),
        window: transition.window.clone(),
        reason: transition.reason.clone(),
        hours: priced.hours(index),
        cost: priced.cost(index),
    }
}

fn render(environment: &Environment, chosen: &Chosen<'_>, preview: &Preview, priced: &Priced) -> String {
    let mut text = format!("{}\n\n", chosen.heading(environment).bold());
    text.push_str(&draw(preview, chosen.schedule.zone()));
    // Writing into text cannot fail.
    let _ = writeln!(text, "\nTransitions");
    let name = |transition: &Transition| transition.window.clone().unwrap_or_else(|| "–".to_owned());
    let width = all(preview).map(|transition| name(transition).chars().count()).max().unwrap_or(0);
    let costs: Vec<String> = (0..all(preview).count())
        .map(|index| priced.cost(index).map(|cost| cost.to_string()).unwrap_or_default())
        .collect();
    let widest = costs.iter().map(String::len).max().unwrap_or(0);
    // Abbreviations of zones differ in length: CET and CEST.
    let locals: Vec<String> =
        all(preview).map(|transition| transition.local.strftime("%a %Y-%m-%d %H:%M %Z").to_string()).collect();
    let local_width = locals.iter().map(|local| local.chars().count()).max().unwrap_or(0);
    for (index, transition) in all(preview).enumerate() {
        let sign = if index == 0 { "from" } else { "    " };
        let local = &locals[index];
        let utc = transition.at.strftime("%m-%d %H:%M UTC");
        let target = format!("{:<7}", transition.target.to_string());
        let target =
            if transition.target == Target::Running { target.green().to_string() } else { target.dimmed().to_string() };
        let window = name(transition);
        let cost = if widest > 0 { format!("{:>widest$}  ", costs[index]) } else { String::new() };
        let bounds = capacity(&transition.capacity);
        let line = format!("{sign} {local:<local_width$}  {utc}  {target}  {window:<width$}  {cost}{bounds}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "\n{}", summary(&preview.hours));
    text.push_str(&idle(preview));
    if let Some(total) = priced.total() {
        let by_use = if priced.has_use() { ", and what is billed by use" } else { "" };
        let _ = writeln!(text, "Cost: {total}{by_use}.");
        for remark in priced.remarks() {
            let _ = writeln!(text, "{remark}");
        }
    }
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
