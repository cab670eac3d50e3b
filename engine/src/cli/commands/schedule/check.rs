//! `ebb schedule check`: whether the expectations of the file hold.

use std::fmt::Write as _;

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::chosen::{Chosen, all, chosen};
use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE, FAILED};
use crate::cli::output::{OUTPUT_FORMAT, count};
use crate::cli::runtime;
use crate::cli::schedule_times::beginning;
use crate::environment::Environment;
use ebbtide::plan::Target;
use ebbtide::schedule::{Capacity, Verdict, check, lint};

/// Checks the expectations `[[schedule.expect]]` of the file; exits with 1 if one does not hold
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// The stack; all schedules of the environment if left out
    #[command(flatten)]
    stack: StackArg,
    /// The beginning of the year that is looked at for warnings; now if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
}

#[derive(Serialize)]
struct CheckView {
    format: u32,
    environment: String,
    /// Whether all expectations hold.
    holds: bool,
    schedules: Vec<ScheduleView>,
}

#[derive(Serialize)]
struct ScheduleView {
    /// Null for the schedule of the environment.
    stack: Option<String>,
    timezone: Option<String>,
    tzdb: Option<String>,
    expectations: Vec<ExpectationView>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct ExpectationView {
    at: Timestamp,
    local: String,
    target: Target,
    capacity: Option<Capacity>,
    holds: bool,
    found: FoundView,
    /// The place in the file.
    place: String,
}

#[derive(Serialize)]
struct FoundView {
    target: Target,
    capacity: Capacity,
    reason: String,
}

pub(super) fn run(context: &CommandContext, arguments: &CheckArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(verify(context, arguments))
}

async fn verify(context: &CommandContext, arguments: &CheckArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let schedules = match arguments.stack.stack.as_deref() {
        Some(stack) => vec![chosen(context, &environment, Some(stack)).await?],
        None => all(&environment)?,
    };
    context.look_for_unknown_stacks(&environment).await;
    let mut views = Vec::new();
    let mut text = String::new();
    let mut failed = 0;
    let mut total = 0;
    for chosen in &schedules {
        let verdicts = check(chosen.schedule);
        failed += verdicts.iter().filter(|verdict| !verdict.holds()).count();
        total += verdicts.len();
        let warnings = lint(chosen.schedule, beginning(arguments.from.as_deref(), chosen.schedule)?);
        text.push_str(&render(&environment, chosen, &verdicts, &warnings));
        views.push(view(&environment, chosen, &verdicts, warnings));
    }
    if context.output.is_json() {
        let name = environment.name().to_owned();
        let view = CheckView { format: OUTPUT_FORMAT, environment: name, holds: failed == 0, schedules: views };
        context.output.json(&view)?;
    } else {
        let verdict = match failed {
            _ if total == 0 => "There are no expectations; write some as [[schedule.expect]].".to_owned(),
            0 => format!("{}; all hold.", count(total, "expectation")),
            1 => format!("{}; 1 does not hold.", count(total, "expectation")),
            more => format!("{}; {more} do not hold.", count(total, "expectation")),
        };
        context.output.result(&format!("{text}{verdict}\n"))?;
    }
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn place(environment: &Environment, chosen: &Chosen<'_>, verdict: &Verdict) -> String {
    environment.schedule_place(chosen.stack.as_deref(), &["expect", &verdict.index.to_string()]).to_string()
}

fn view(environment: &Environment, chosen: &Chosen<'_>, verdicts: &[Verdict], warnings: Vec<String>) -> ScheduleView {
    let expectation = |verdict: &Verdict| ExpectationView {
        at: verdict.at,
        local: verdict.local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        target: verdict.target,
        capacity: verdict.capacity.clone(),
        holds: verdict.holds(),
        found: FoundView {
            target: verdict.found,
            capacity: verdict.found_capacity.clone(),
            reason: verdict.reason.clone(),
        },
        place: place(environment, chosen, verdict),
    };
    ScheduleView {
        stack: chosen.stack.clone(),
        timezone: chosen.schedule.zone().iana_name().map(str::to_owned),
        tzdb: chosen.schedule.tzdb().map(str::to_owned),
        expectations: verdicts.iter().map(expectation).collect(),
        warnings,
    }
}

fn render(environment: &Environment, chosen: &Chosen<'_>, verdicts: &[Verdict], warnings: &[String]) -> String {
    let mut text = format!("{}\n", chosen.heading(environment).bold());
    let local = |verdict: &Verdict| verdict.local.strftime("%a %Y-%m-%d %H:%M %Z").to_string();
    let width = verdicts.iter().map(|verdict| local(verdict).chars().count()).max().unwrap_or(0);
    for verdict in verdicts {
        let local = local(verdict);
        let expected = state(verdict.target, verdict.capacity.as_ref());
        // Writing into text cannot fail.
        let _ = if verdict.holds() {
            writeln!(text, "{} {local:<width$}  {expected}: {}", "holds ".green(), verdict.reason)
        } else {
            let found = state(verdict.found, verdict.capacity.as_ref().map(|_| &verdict.found_capacity));
            let place = place(environment, chosen, verdict);
            writeln!(
                text,
                "{} {local:<width$}  {expected} is expected, and it is {found}: {} ({place})",
                "FAILS ".red(),
                verdict.reason
            )
        };
    }
    for warning in warnings {
        let _ = writeln!(text, "{} {warning}", "warning:".yellow().bold());
    }
    text
}

fn state(target: Target, capacity: Option<&Capacity>) -> String {
    let bounds = capacity.into_iter().flatten().map(|(name, bounds)| format!(" {name} {bounds}"));
    format!("{target}{}", bounds.collect::<Vec<_>>().join(","))
}
