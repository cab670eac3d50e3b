//! `ebb hold`: keeps a stack at a target until an instant, whatever its schedule says.

use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::cli::common::{OneLine, StackArg, TargetName};
use crate::cli::context::CommandContext;
use crate::cli::deploy::who;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::runtime;
use crate::environment::{Environment, duration};
use crate::state::LockOwner;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::Hold;

/// Keeps a stack at a target until an instant, whatever its schedule says
///
/// A hold is a part of the record, and ends by itself. The next `ebb tick`, or `ebb serve`, acts on it: this command changes
/// nothing in AWS.
#[derive(Debug, Args)]
pub(in crate::cli) struct HoldArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The target that is held: running or paused
    #[arg(long, value_enum, required_unless_present = "clear")]
    target: Option<TargetName>,
    /// The end: 2026-12-24T18:00:00Z, or a local time such as 2026-12-24T18:00, in the time zone of the schedule
    #[arg(long, value_name = "TIME", required_unless_present_any = ["clear", "duration"])]
    until: Option<String>,
    /// The length, such as 45m, 2h or 3d
    #[arg(long = "for", value_name = "DURATION", conflicts_with = "until", id = "duration")]
    length: Option<String>,
    /// The reason, shown by `ebb status` and by what the loop reports
    #[arg(long, value_name = "TEXT", required_unless_present = "clear", value_parser = OneLine)]
    reason: Option<String>,
    /// Ends the hold now
    #[arg(long, conflicts_with_all = ["target", "until", "duration", "reason"])]
    clear: bool,
}

#[derive(Serialize)]
struct HoldView<'a> {
    format: u32,
    stack: &'a str,
    environment: &'a str,
    /// The recorded target, which the loop has not changed yet.
    target: Target,
    hold: Option<&'a Hold>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &HoldArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(hold(context, arguments))
}

async fn hold(context: &CommandContext, arguments: &HoldArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    let now = Timestamp::now();
    let wanted = wanted(arguments, &environment, &stack, now)?;
    let state = environment.state(&stack, None).await?;
    let nothing = || {
        CommandError::nothing_recorded(CommandErrorKind::Refused, &stack, environment.name())
            .hint(format!("`ebb apply {stack}` creates it"))
    };
    let before = state.read().await?.ok_or_else(nothing)?.0;
    if before.target == Target::Destroyed && wanted.is_some() {
        let message = format!("{stack} in {} is destroyed: there is nothing to hold", environment.name());
        return Err(
            CommandError::new(CommandErrorKind::Refused, message).hint(format!("`ebb apply {stack}` creates it again"))
        );
    }
    let command = match &wanted {
        Some(hold) => format!("ebb hold {stack} --target {} --until {}: {}", hold.target, hold.until, hold.reason),
        None => format!("ebb hold {stack} --clear"),
    };
    let owner = LockOwner::of_this_process(who(), "hold", now);
    let edited = state.edit(owner, &command, |document| {
        let changes = wanted.is_some() || document.hold.is_some();
        document.hold.clone_from(&wanted);
        changes
    });
    let document = edited.await?.ok_or_else(nothing)?;
    let hold = document.hold.as_ref();
    if context.output.is_json() {
        let (target, environment) = (document.target, environment.name());
        context.output.json(&HoldView { format: OUTPUT_FORMAT, stack: &stack, environment, target, hold })?;
    } else {
        context.output.result(&said(&stack, environment.name(), &document, before.hold.is_some()))?;
    }
    Ok(DONE)
}

/// Returns the hold that the command line asks for; `None` to end it.
fn wanted(
    arguments: &HoldArgs,
    environment: &Environment,
    stack: &str,
    now: Timestamp,
) -> Result<Option<Hold>, CommandError> {
    let (Some(target), Some(reason)) = (arguments.target, &arguments.reason) else { return Ok(None) };
    let usage = |message: String| CommandError::new(CommandErrorKind::Usage, message);
    if target == TargetName::Destroyed {
        let message = "a hold is for a stack that runs or is paused".to_owned();
        return Err(usage(message).hint(format!("`ebb destroy {stack}` destroys it")));
    }
    if reason.trim().is_empty() {
        return Err(usage("the reason is empty".to_owned()).hint("say why: `--reason \"load test\"`"));
    }
    let until = match (&arguments.until, &arguments.length) {
        (Some(until), _) => instant(until, environment, stack).map_err(usage)?,
        (None, Some(length)) => {
            now.checked_add(duration(length).map_err(usage)?).map_err(|_| usage(format!("`{length}` is too long")))?
        }
        (None, None) => return Err(usage("the end is missing: add `--until TIME` or `--for 2h`".to_owned())),
    };
    check_end(until, now, environment.control().max_hold())?;
    Ok(Some(Hold { target: target.into(), since: now, until, reason: reason.trim().to_owned(), by: who() }))
}

/// Refuses an end that is past, or further away than the environment allows.
fn check_end(until: Timestamp, now: Timestamp, longest: SignedDuration) -> Result<(), CommandError> {
    let length = until.duration_since(now);
    if !length.is_positive() {
        let message = format!("the hold would have ended already: {until:.0} is past, it is {now:.0} now");
        return Err(CommandError::new(CommandErrorKind::Usage, message).hint("name a later end, or `--for 2h`"));
    }
    if length > longest {
        let message = format!("the hold is too long: a hold of this environment lasts {longest:#} at most");
        return Err(CommandError::new(CommandErrorKind::Refused, message)
            .hint("name an earlier end, or raise `max_hold` below [control] in the environment's file"));
    }
    Ok(())
}

/// Reads an instant: with an offset, or local to the time zone of the stack's schedule, else to that of this machine.
fn instant(text: &str, environment: &Environment, stack: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local: DateTime =
        text.parse().map_err(|_| format!("`{text}` is no time: write 2026-12-24T18:00 or 2026-12-24T17:00:00Z"))?;
    let zone = environment.schedule(stack).map_or_else(TimeZone::system, |schedule| schedule.zone().clone());
    zone.to_timestamp(local).map_err(|error| format!("`{text}` is no time: {error}"))
}

fn said(stack: &str, environment: &str, document: &StateDocument, had_one: bool) -> String {
    let Some(hold) = &document.hold else {
        return match had_one {
            true => format!("The hold of {stack} in {environment} has ended. The next tick acts on it.\n"),
            false => format!("{stack} in {environment} has no hold.\n"),
        };
    };
    let Hold { target, until, reason, .. } = hold;
    let next = if document.target == *target {
        format!("It is {target}, and stays so.")
    } else {
        format!(
            "It is {} now: the next tick changes that (`ebb tick`, or `ebb serve` within its interval).",
            document.target
        )
    };
    format!("{stack} in {environment} is held {target} until {until:.0}: {reason}\n{next}\n")
}
