//! `ebb cost report`: a month always on, as it is, and the saving by strategy. Calls nothing in AWS but the state's backend.

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::apply::{Spending, spending};
use crate::cli::common::StackArg;
use crate::cli::context::{self, CommandContext};
use crate::cli::dollars::book;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::report::{Origin, ReportView, markdown, page, table};
use crate::cli::runtime;
use crate::cli::schedule_times::beginning;
use crate::control::{expected_resume_time, resume_time};
use crate::environment::Environment;
use ebbtide::cost::ledger::Span;
use ebbtide::cost::{Book, Pricing, Report, Standing};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;

/// Reports what a stack costs always on and as it is, and what each strategy saves; of every stack if none is named
///
/// A stack that was applied is reported as it is recorded, another one as its code declares it.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The beginning of the 52 weeks in which the schedule is followed, as of `ebb schedule preview`; now if left out
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = Style::Table)]
    format: Style,
}

/// The format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Style {
    /// Aligned, for people
    Table,
    /// Markdown, for a comment
    Markdown,
    /// One page, with charts
    Html,
    /// One JSON object, as --json
    Json,
}

#[derive(Serialize)]
struct ReportsView<'a> {
    format: u32,
    environment: &'a str,
    stacks: &'a [ReportView],
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ReportArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(report(context, arguments))
}

async fn report(context: &CommandContext, arguments: &ReportArgs) -> Result<u8, CommandError> {
    let name = arguments.stack.stack.as_deref();
    let mut environment = context.recorded_environment()?;
    let mut known = context.known_stacks(&environment).await?;
    if name.is_none_or(|name| !known.iter().any(|known| known == name)) {
        // Stacks that were never applied are known to the project's program alone.
        environment = context.environment()?;
        known = context.known_stacks(&environment).await?;
    }
    let stacks = match name {
        Some(name) if known.iter().any(|known| known == name) => vec![name.to_owned()],
        Some(name) => return Err(CommandError::unknown("stack", name, &known)),
        None => known,
    };
    let book = book(context, &environment.aws().region)?;
    let now = Timestamp::now();
    let mut views = Vec::new();
    for stack in &stacks {
        let reported = one(context, &environment, stack, (arguments, now), &book).await;
        views.extend(context.unless_unsettled(&environment, (name, stack), reported)?);
    }
    let output = context.output;
    let style = if output.is_json() { Style::Json } else { arguments.format };
    let joined = |render: fn(&ReportView) -> String| views.iter().map(render).collect::<Vec<_>>().join("\n");
    match style {
        Style::Table => output.result(&joined(table))?,
        Style::Markdown => output.result(&joined(markdown))?,
        Style::Html => output.result(&page(&views, environment.name(), now))?,
        Style::Json => match (name, views.as_slice()) {
            (Some(_), [view]) => output.json(view)?,
            _ => {
                output.json(&ReportsView { format: OUTPUT_FORMAT, environment: environment.name(), stacks: &views })?
            }
        },
    }
    Ok(DONE)
}

/// Reports on one stack.
async fn one(
    context: &CommandContext,
    environment: &Environment,
    stack: &str,
    (arguments, now): (&ReportArgs, Timestamp),
    book: &Book,
) -> Result<ReportView, CommandError> {
    let kinds = context.providers.kinds();
    let usage = [environment.usage(stack)];
    let pricing = Pricing { usage: &usage, ..Pricing::new(book, &environment.aws().region) };
    let state = environment.state(stack, None).await?;
    let mut document = context::recorded(&state).await?.filter(is_applied);
    document.iter_mut().for_each(|document| document.migrate_inputs(kinds, &mut []));
    let so_far = spending(&state, kinds, &pricing, month(now), now).await?;
    let remains = document.as_ref().filter(|document| document.target == Target::Destroyed);
    let remains = remains.map(|document| document.resources.len());
    let (standing, target, lead) = match &document {
        // All that remains of a destroyed stack exists until somebody deletes it.
        Some(document) if remains.is_some() => (Standing::recorded(document), Target::Running, SignedDuration::ZERO),
        Some(document) => (Standing::declared(&document.declarations()), document.target, resume_time(document, kinds)),
        None => declared(context, stack)?,
    };
    // No schedule brings back a stack that was destroyed.
    let schedule = environment.schedule(stack).filter(|_| remains.is_none());
    let from = match schedule {
        Some(schedule) => beginning(arguments.from.as_deref(), schedule)?,
        None => now,
    };
    let mut report = Report::new(&standing, kinds, (schedule, target), (from, lead), &pricing);
    if remains.is_some() {
        report.always = Some(Target::Destroyed);
    }
    let origin = Origin { at: now, recorded: document.is_some(), remains };
    Ok(ReportView::new(&environment.scope(stack, ""), origin, report, without_empty(so_far)))
}

/// Returns a stack that was never applied as its code declares it. It would run.
fn declared(context: &CommandContext, stack: &str) -> Result<(Standing, Target, SignedDuration), CommandError> {
    let environment = context.environment()?;
    if !context.names().iter().any(|name| name == stack) {
        return Err(CommandError::nothing_recorded(CommandErrorKind::State, stack, environment.name())
            .hint("name a stack that the project declares, or that was applied"));
    }
    let declarations = context.declare_offline(&environment, stack)?;
    let lead = expected_resume_time(&declarations, &Default::default(), context.providers.kinds());
    Ok((Standing::declared(&declarations), Target::Running, lead))
}

fn is_applied(document: &StateDocument) -> bool {
    !document.resources.is_empty() || document.target == Target::Destroyed
}

/// Returns the month of an instant up to it, in UTC as AWS bills.
fn month(now: Timestamp) -> Span {
    let first = now.to_zoned(TimeZone::UTC).date().first_of_month();
    let from = first.to_zoned(TimeZone::UTC).map_or(now, |midnight| midnight.timestamp());
    Span { from, to: now }
}

/// Leaves out a ledger that was never written.
fn without_empty(spending: Option<Spending>) -> Option<Spending> {
    spending.filter(|spending| spending.since.is_some())
}
