//! `ebb schedule rehearse`: the schedule at work, in a throw-away cloud and in virtual time.

use clap::Args;

use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Rehearses the schedule: the real loop on a throw-away embedded cloud, in virtual time
///
/// The stack is applied at the beginning, with AWS's durations. Neither AWS nor state is touched.
#[derive(Debug, Args)]
pub(in crate::cli) struct RehearseArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The beginning: a day or a time in the schedule's time zone, or an instant with an offset; now if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// The number of days
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// Faults of the cloud once the stack is up, as in EBB_CLOUD_FAULTS: `no-capacity=2`
    #[arg(long, value_name = "FAULTS")]
    faults: Option<String>,
}

#[cfg(not(feature = "embedded"))]
pub(super) fn run(context: &CommandContext, _arguments: &RehearseArgs) -> Result<u8, CommandError> {
    Err(crate::environment::ConnectError::NotBuiltIn(context.common.environment()).into())
}

#[cfg(feature = "embedded")]
pub(super) fn run(context: &CommandContext, arguments: &RehearseArgs) -> Result<u8, CommandError> {
    crate::cli::runtime::in_virtual_time(embedded::rehearse(context, arguments))
}

#[cfg(feature = "embedded")]
mod embedded {
    use std::fmt::Write as _;

    use ebbtide_cloud::virtual_time::TokioClock;
    use ebbtide_cloud::{Cloud, Durations, Settings};
    use jiff::{Timestamp, ToSpan as _};
    use owo_colors::OwoColorize as _;
    use serde::Serialize;

    use super::super::chosen::{from, no_schedule};
    use super::super::picture::hours;
    use super::RehearseArgs;
    use crate::cli::context::CommandContext;
    use crate::cli::dollars::lenient_book;
    use crate::cli::error::{CommandError, CommandErrorKind, DONE, FAILED};
    use crate::cli::output::{OUTPUT_FORMAT, count};
    use crate::control::Outcome;
    use crate::control::rehearse::{Rehearsal, RehearsalError, Rehearsed, RehearsedTransition};
    use crate::environment::ConnectError;
    use ebbtide::plan::Target;
    use ebbtide::schedule::Schedule;

    #[derive(Serialize)]
    struct RehearsalView<'a> {
        format: u32,
        timezone: Option<&'a str>,
        #[serde(flatten)]
        rehearsed: &'a Rehearsed,
    }

    pub(super) async fn rehearse(context: &CommandContext, arguments: &RehearseArgs) -> Result<u8, CommandError> {
        let environment = context.environment()?;
        let stack = context.declared_stack(arguments.stack.stack.as_deref())?;
        let schedule = environment.schedule(&stack).ok_or_else(|| no_schedule(&environment))?;
        let from = from(arguments.from.as_deref(), schedule)?;
        let to = end(from, arguments.days, schedule);
        context.enter_project()?;
        let folder =
            tempfile::tempdir().map_err(|error| CommandError::failed("make a folder for the rehearsal", error))?;
        let clock = TokioClock::starting_at(from);
        let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
        let cloud = Cloud::open_with_clock(&folder.path().join("cloud"), settings, clock)
            .map_err(|error| ConnectError::Cloud(error.to_string()))?;
        let rehearsed = environment.rehearsed_in(cloud.clone(), &folder.path().join("state"));
        let connection = rehearsed.connect().await?;
        let declarations = context.declare_online(&rehearsed, &stack, &connection).await?;
        let book = lenient_book(context, &environment.aws().region);
        let output = context.output;
        if !output.is_json() {
            output.result(&heading(&stack, environment.name(), schedule))?;
        }
        let rehearsal = Rehearsal {
            environment: rehearsed,
            connection,
            cloud,
            clock,
            providers: context.providers.clone(),
            declarations: &declarations,
            book: &book,
            to,
            faults: arguments.faults.as_deref(),
            on_transition: &|transition| {
                if !output.is_json() {
                    // A closed standard output is reported with the result.
                    let _ = output.result(&line(transition, schedule));
                }
            },
        };
        let rehearsed = rehearsal.run().await?;
        if output.is_json() {
            let timezone = schedule.zone().iana_name();
            output.json(&RehearsalView { format: OUTPUT_FORMAT, timezone, rehearsed: &rehearsed })?;
        } else {
            output.result(&summary(&rehearsed))?;
        }
        Ok(if rehearsed.failures == 0 { DONE } else { FAILED })
    }

    /// Returns the end of so many local days.
    fn end(from: Timestamp, days: u32, schedule: &Schedule) -> Timestamp {
        let local = from.to_zoned(schedule.zone().clone());
        local.checked_add(i64::from(days).days()).map_or(from, |end| end.timestamp())
    }

    fn heading(stack: &str, environment: &str, schedule: &Schedule) -> String {
        let zone = schedule.zone().iana_name().unwrap_or("UTC");
        let tzdb = schedule.tzdb().unwrap_or("of an unknown version");
        let text = format!("{stack} in {environment}, {zone} (time-zone data {tzdb}), rehearsed in an embedded cloud");
        format!("{}\n\nPlanned                        acted     done after\n", text.bold())
    }

    fn line(transition: &RehearsedTransition, schedule: &Schedule) -> String {
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

    fn summary(rehearsed: &Rehearsed) -> String {
        let all = &rehearsed.hours;
        let hour = |length: f64| hours((length * 100.0).round() / 100.0);
        let mut text = format!(
            "\nRunning {} h, paused {} h, changing {} h. {}, of which {} failed.\n",
            hour(all.running),
            hour(all.paused),
            hour(all.changing),
            count(rehearsed.transitions.len(), "transition"),
            rehearsed.failures
        );
        let _ = writeln!(text, "By the meter of the cloud it costs {}:", rehearsed.cost.total.to_string().bold());
        let width = rehearsed.cost.items.iter().map(|item| item.item.len()).max().unwrap_or(0);
        for item in &rehearsed.cost.items {
            let _ =
                writeln!(text, "    {:<width$}  {:>12.2} {:<10}  {}", item.item, item.quantity, item.unit, item.cost);
        }
        text
    }

    impl From<RehearsalError> for CommandError {
        fn from(error: RehearsalError) -> Self {
            match error {
                RehearsalError::Faults(_) => Self::new(CommandErrorKind::Usage, error.to_string())
                    .hint("write it as EBB_CLOUD_FAULTS: `no-capacity=2`, `fail=throttle:5%`"),
                RehearsalError::Connect(error) => error.into(),
                RehearsalError::Failure(failure) => failure.into(),
                RehearsalError::NotUp(_) => Self::new(CommandErrorKind::Refused, error.to_string())
                    .hint("`ebb apply` in an environment with `embedded = true` shows more; nothing was changed"),
                RehearsalError::Notify(_) | RehearsalError::Meter(_) => {
                    Self::new(CommandErrorKind::Environment, error.to_string())
                }
            }
        }
    }
}
