//! `ebb cost actual`: what a stack has cost so far, by its ledger, beside what Cost Explorer has of it.

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::apply::{Billed, billed, spending, why_not_billed};
use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::dollars::{ActualView, ExplorerView, actual_table, book};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::runtime;
use crate::environment::Environment;
use ebbtide::cost::Pricing;
use ebbtide::cost::ledger::Span;

/// Cost Explorer has the costs of a day within 24 hours after it.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Shows what a stack has cost so far, by its ledger and by Cost Explorer
#[derive(Debug, Args)]
pub(in crate::cli) struct ActualArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The beginning: a day of UTC, or an instant with an offset; the first of the month if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// The end, in the same way; now if left out
    #[arg(long, value_name = "INSTANT")]
    to: Option<String>,
    /// Shows the ledger alone: AWS bills a cent for a request to Cost Explorer
    #[arg(long)]
    ledger_only: bool,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ActualArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(actual(context, arguments))
}

async fn actual(context: &CommandContext, arguments: &ActualArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    let now = Timestamp::now();
    let span = span(arguments, now)?;
    let region = environment.aws().region.clone();
    let book = book(context, &region)?;
    let pricing = Pricing::new(&book, &region);
    let state = environment.state(&stack, None).await?;
    let kinds = context.providers.kinds();
    let missing = || CommandError::nothing_recorded(CommandErrorKind::State, &stack, environment.name());
    let ledger = spending(&state, kinds, &pricing, span, now).await?.ok_or_else(missing)?;
    let (cost_explorer, note) = match days(ledger.span, now) {
        _ if arguments.ledger_only => (None, None),
        None => {
            (None, Some("no whole day of this time is over for 24 hours, and Cost Explorer knows no later ones".into()))
        }
        Some((from, to)) => match explorer(&environment, &stack, from, to).await {
            Err(note) => (None, Some(note)),
            Ok(billed) => {
                let days = Span { from: start_of(from)?, to: start_of(to)? };
                let same = spending(&state, kinds, &pricing, days, now).await?.ok_or_else(missing)?.accrued;
                (Some(ExplorerView::new((from, to), billed, same)), None)
            }
        },
    };
    let scope = environment.scope(&stack, "");
    let view = ActualView::new(&scope, ledger, cost_explorer, note);
    if context.output.is_json() {
        context.output.json(&view)?;
        return Ok(DONE);
    }
    context.output.result(&actual_table(&view))?;
    Ok(DONE)
}

/// Returns what Cost Explorer has of some days, or why it has nothing.
async fn explorer(environment: &Environment, stack: &str, from: Date, to: Date) -> Result<Billed, String> {
    let connection = environment.connect().await.map_err(|error| format!("AWS cannot be asked: {error}"))?;
    let scope = environment.scope(stack, &connection.account);
    match billed(&connection.clients.aws, &scope, from, to).await {
        Ok(billed) if billed.is_empty() => Err(format!(
            "Cost Explorer has no costs from {from} to {to} with the tags of this stack; `ebb:environment`, `ebb:stack` and \
             `ebb:address` have to be activated as cost allocation tags, and count from then on"
        )),
        Ok(billed) => Ok(billed),
        Err(error) => Err(why_not_billed(&error)),
    }
}

/// Returns the time that the command line asks for.
fn span(arguments: &ActualArgs, now: Timestamp) -> Result<Span, CommandError> {
    let month = now.to_zoned(TimeZone::UTC).date().first_of_month();
    let from = match &arguments.from {
        Some(text) => instant(text)?,
        None => start_of(month)?,
    };
    let to = arguments.to.as_deref().map_or(Ok(now), instant)?;
    if from >= to || from > now {
        let message = format!("there is no time from {from:.0} to {:.0}", to.min(now));
        return Err(CommandError::new(CommandErrorKind::Usage, message)
            .hint("`--from` is before `--to`, and not in the future"));
    }
    Ok(Span { from, to })
}

fn instant(text: &str) -> Result<Timestamp, CommandError> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let day = text.parse::<Date>().ok().filter(|_| !text.contains(':'));
    day.map(start_of).unwrap_or_else(|| {
        Err(CommandError::new(
            CommandErrorKind::Usage,
            format!("`{text}` is neither a day nor an instant with an offset"),
        )
        .hint("write 2026-11-01, or 2026-11-01T08:00:00Z"))
    })
}

fn start_of(day: Date) -> Result<Timestamp, CommandError> {
    let start =
        day.to_zoned(TimeZone::UTC).map_err(|error| CommandError::new(CommandErrorKind::Usage, error.to_string()))?;
    Ok(start.timestamp())
}

/// Returns the whole days of UTC within a time, of which Cost Explorer knows the costs; the second day is excluded.
fn days(span: Span, now: Timestamp) -> Option<(Date, Date)> {
    let day = |instant: Timestamp| instant.to_zoned(TimeZone::UTC).date();
    let known = now.checked_sub(KNOWN_AFTER).ok()?;
    let first = day(span.from);
    let is_whole = first.to_zoned(TimeZone::UTC).ok()?.timestamp() == span.from;
    let first = if is_whole { first } else { first.tomorrow().ok()? };
    let end = day(span.to.min(known));
    (first < end).then_some((first, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn whole_days_are_those_that_are_over_for_a_day() {
        let now = at("2026-11-22T02:00:00Z");
        let days = |from: &str, to: &str| {
            let days = super::days(Span { from: at(from), to: at(to) }, now);
            days.map(|(from, to)| format!("{from} {to}"))
        };
        assert_eq!(days("2026-11-01T00:00:00Z", "2026-11-22T02:00:00Z").unwrap(), "2026-11-01 2026-11-21");
        assert_eq!(days("2026-11-01T00:00:01Z", "2026-11-05T23:00:00Z").unwrap(), "2026-11-02 2026-11-05");
        assert_eq!(days("2026-11-21T00:00:00Z", "2026-11-22T02:00:00Z"), None);
        assert_eq!(days("2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z"), None);
    }
}
