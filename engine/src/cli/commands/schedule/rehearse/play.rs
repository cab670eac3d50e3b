//! Playing a schedule through.

use std::path::Path;
use std::sync::Arc;

use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Cloud, Durations, Settings};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use tempfile::TempDir;

use super::super::chosen::no_schedule;
use super::arguments::RehearseArgs;
use super::render::{RehearsalView, heading, line, summary};
use super::signs::Signs;
use crate::apply::Shutdown;
use crate::cli::context::CommandContext;
use crate::cli::dollars::lenient_book;
use crate::cli::error::{CommandError, CommandErrorKind, DONE, FAILED};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::{runtime, schedule_times};
use crate::control::rehearse::{Faults, Rehearsal, RehearsalError};
use crate::environment::{ConnectError, Environment};
use ebbtide::schedule::Schedule;

/// The years in which a rehearsal may begin. AWS and its clients know no instants that are far away.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2099;

/// The rehearsal that a command line asks for.
struct Asked<'a> {
    context: &'a CommandContext,
    environment: &'a Environment,
    stack: String,
    schedule: &'a Schedule,
    from: Timestamp,
    to: Timestamp,
    faults: Option<Faults>,
}

pub(in crate::cli::commands::schedule) fn run(
    context: &CommandContext,
    arguments: &RehearseArgs,
) -> Result<u8, CommandError> {
    let environment = context.environment()?;
    let stack = context.declared_stack(arguments.stack.stack.as_deref())?;
    let schedule = environment.schedule(&stack).ok_or_else(|| no_schedule(&environment, Some(&stack)))?;
    let from = beginning(arguments.from.as_deref(), schedule)?;
    let to = end(from, arguments.days, schedule);
    let faults = arguments.faults.as_deref().map(Faults::parse).transpose()?;
    context.enter_project()?;
    let asked = Asked { context, environment: &environment, stack, schedule, from, to, faults };
    // It outlives the runtime, which finishes the calls that the cloud has begun.
    let mut folder = None;
    let played = runtime::in_virtual_time(async {
        let shutdown = Shutdown::default();
        let interrupts = Interrupts::listen(shutdown.clone());
        // From now on, a signal does not end the process before the folder is removed.
        interrupts.executing();
        let folder = folder.insert(scratch()?);
        tokio::select! {
            biased;
            () = shutdown.draining() => Err(interrupted()),
            played = asked.play(folder.path()) => played,
        }
    });
    let removed = folder.map_or(Ok(()), TempDir::close);
    if let Err(error) = removed {
        context.output.warn(&format!("warning: the folder of the rehearsal is not removed: {error}"));
    }
    played
}

fn interrupted() -> CommandError {
    let message = "the rehearsal was interrupted; nothing was changed";
    CommandError::new(CommandErrorKind::Interrupted, message).hint("run the same command again, or with fewer `--days`")
}

/// Makes the folder for the cloud and the state of a rehearsal.
fn scratch() -> Result<TempDir, CommandError> {
    let made = tempfile::Builder::new().prefix("ebb-rehearsal-").tempdir();
    made.map_err(|error| CommandError::failed("make a folder for the rehearsal", error))
}

impl Asked<'_> {
    async fn play(self, folder: &Path) -> Result<u8, CommandError> {
        let Self { context, environment, stack, schedule, from, to, faults } = self;
        let output = context.output;
        let clock = TokioClock::starting_at(from);
        let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
        let cloud = Cloud::open_with_clock(&folder.join("cloud"), settings, clock)
            .map_err(|error| ConnectError::Cloud(error.to_string()))?;
        // A bill of this cloud has nothing beyond the ledger.
        let environment = environment.rehearsed_in(cloud.clone(), &folder.join("state")).unreconciled();
        let connection = environment.connect().await?;
        let declarations = context.declare_online(&environment, &stack, &connection).await?;
        let book = lenient_book(context, &environment.aws().region);
        let signs = Arc::new(Signs::new(output, schedule.zone().clone(), from));
        let present = Arc::clone(&signs);
        if !output.is_json() {
            signs.result(&heading(&stack, environment.name(), schedule))?;
        }
        let rehearsal = Rehearsal {
            environment,
            connection,
            cloud,
            clock,
            providers: context.providers.clone(),
            declarations: &declarations,
            book: &book,
            to,
            faults,
            on_time: Arc::new(move |now| present.show(now)),
            on_transition: &|transition| {
                if !output.is_json() {
                    // A failure to write is reported with the result.
                    let _ = signs.result(&line(transition, schedule));
                }
            },
        };
        let rehearsed = rehearsal.run().await?;
        signs.end();
        if output.is_json() {
            let timezone = schedule.zone().iana_name();
            output.json(&RehearsalView { format: OUTPUT_FORMAT, timezone, rehearsed: &rehearsed })?;
        } else {
            output.result(&summary(&rehearsed))?;
        }
        Ok(if rehearsed.failures == 0 && rehearsed.converged { DONE } else { FAILED })
    }
}

/// Reads the beginning.
fn beginning(text: Option<&str>, schedule: &Schedule) -> Result<Timestamp, CommandError> {
    let from = schedule_times::beginning(text, schedule)?;
    if YEARS.contains(&from.to_zoned(TimeZone::UTC).year()) {
        return Ok(from);
    }
    let message = format!("--from: {from:.0} is too far away for a rehearsal");
    let hint = format!("choose a time between the years {} and {}", YEARS.start(), YEARS.end());
    Err(CommandError::new(CommandErrorKind::Usage, message).hint(hint))
}

/// Returns the end of so many local days.
fn end(from: Timestamp, days: u32, schedule: &Schedule) -> Timestamp {
    let local = from.to_zoned(schedule.zone().clone());
    local.checked_add(i64::from(days).days()).map_or(from, |end| end.timestamp())
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
