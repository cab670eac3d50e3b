//! The report of a rehearsal, for people and programs.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::super::picture::hours;
use crate::cli::output::count;
use crate::control::Outcome;
use crate::control::rehearse::{Rehearsed, RehearsedTransition};
use ebbtide::plan::Target;
use ebbtide::schedule::Schedule;

/// The report as `--json` prints it.
#[derive(Serialize)]
pub(super) struct RehearsalView<'a> {
    pub(super) format: u32,
    pub(super) timezone: Option<&'a str>,
    #[serde(flatten)]
    pub(super) rehearsed: &'a Rehearsed,
}

/// Returns the heading.
pub(super) fn heading(stack: &str, environment: &str, schedule: &Schedule) -> String {
    let zone = schedule.zone().iana_name().unwrap_or("UTC");
    let tzdb = schedule.tzdb().unwrap_or("of an unknown version");
    let text = format!(
        "{stack} in {environment}, {zone} (time-zone data {tzdb}): as declared now, rehearsed in an embedded cloud"
    );
    format!("{}\n\nPlanned                        acted     done after\n", text.bold())
}

/// Returns the line of a transition.
pub(super) fn line(transition: &RehearsedTransition, schedule: &Schedule) -> String {
    let planned = transition.planned.to_zoned(schedule.zone().clone());
    let planned = planned.strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string();
    let late = transition.acted.duration_since(transition.planned).as_secs();
    let took = transition.ready.duration_since(transition.acted).as_secs();
    let target = format!("{:<7}", transition.target.to_string());
    let target =
        if transition.target == Target::Running { target.green().to_string() } else { target.dimmed().to_string() };
    let took = format!("{} min {:02} s", took / 60, took % 60);
    let late = format!("+{late} s");
    let mut text = format!("{planned:<29}  {late:<8}  {took:>12}  {target}  {}", transition.reason);
    if transition.outcome != Outcome::Acted {
        let message = transition.message.as_deref().unwrap_or_default();
        // Writing into text cannot fail.
        let _ = write!(text, "\n    {}: {message}", transition.outcome.words().red());
    }
    text.push('\n');
    text
}

/// Returns the sums.
pub(super) fn summary(rehearsed: &Rehearsed) -> String {
    let all = &rehearsed.hours;
    let hour = |length: f64| hours((length * 100.0).round() / 100.0);
    let attempts = rehearsed.transitions.iter().filter(|transition| transition.outcome == Outcome::Failed);
    let attempts = attempts.map(|transition| transition.attempts).sum::<usize>();
    let attempts = if attempts > rehearsed.failures { format!(" ({attempts} attempts)") } else { String::new() };
    let mut text = format!(
        "\nRunning {} h, paused {} h, changing {} h. {}, of which {} failed{attempts}.\n",
        hour(all.running),
        hour(all.paused),
        hour(all.changing),
        count(rehearsed.transitions.len(), "transition"),
        rehearsed.failures
    );
    // Writing into text cannot fail.
    let end =
        if rehearsed.converged { "It ends as the schedule says." } else { "It does not end as the schedule says." };
    let _ = writeln!(text, "{}", if rehearsed.converged { end.to_owned() } else { end.red().to_string() });
    let _ = writeln!(text, "By the meter of the cloud it costs {}:", rehearsed.cost.total.to_string().bold());
    let width = rehearsed.cost.items.iter().map(|item| item.item.len()).max().unwrap_or(0);
    for item in &rehearsed.cost.items {
        let _ = writeln!(text, "    {:<width$}  {:>12.2} {:<10}  {}", item.item, item.quantity, item.unit, item.cost);
    }
    text
}
