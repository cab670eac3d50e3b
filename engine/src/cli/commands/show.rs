//! `ebb show`: shows a saved plan, or what was done at a serial of the state. Calls no AWS but for the state.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count, reason};
use crate::cli::render::{self, PlanFormat, PlanStyle, PlanView, with_shown};
use crate::cli::{plan_file, runtime};
use crate::environment::Environment;
use crate::state::StateStore;
use ebbtide::plan::{Plan, Target};
use ebbtide::record::{ResourceRecord, RunOutcome, StateDocument};

/// Shows a saved plan, or the plan that was carried out at a serial of the state
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// A file made by `ebb plan --out`, or a serial as `ebb history` and `ebb state history` list them
    #[arg(value_name = "PLANFILE | SERIAL")]
    shown: String,
    #[command(flatten)]
    stack: StackArg,
    #[command(flatten)]
    style: PlanStyle,
}

/// A serial as `--json` prints it.
#[derive(Serialize)]
struct SerialView<'a> {
    format: u32,
    stack: &'a str,
    environment: &'a str,
    serial: u64,
    target: Target,
    since: Timestamp,
    by: &'a str,
    why: &'a str,
    /// The edit by hand that made this serial.
    edit: Option<&'a str>,
    /// The command whose run this serial begins or ends.
    command: Option<&'a str>,
    /// The outcome of the run; null while it is open.
    outcome: Option<RunOutcome>,
    resources: usize,
    asleep: usize,
    /// The plan of the run; null if it is not kept.
    plan: Option<PlanView<'a>>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ShowArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(show(context, arguments))
}

async fn show(context: &CommandContext, arguments: &ShowArgs) -> Result<u8, CommandError> {
    match arguments.shown.parse() {
        Ok(serial) => show_serial(context, arguments, serial).await,
        Err(_) => show_file(context, arguments).await,
    }
}

async fn show_file(context: &CommandContext, arguments: &ShowArgs) -> Result<u8, CommandError> {
    let plan = plan_file::read(context, Path::new(&arguments.shown)).await?;
    if let Some(stack) = arguments.stack.stack.as_ref().filter(|stack| **stack != plan.scope.stack) {
        let message = format!("{} is a plan of stack {}, not of {stack}", arguments.shown, plan.scope.stack);
        return Err(CommandError::new(CommandErrorKind::Usage, message).hint("leave out the stack"));
    }
    let environment = context.recorded_environment()?;
    plan_file::check_environment(&environment, &plan.scope.environment)?;
    let document = plan_file::document(context, &environment, &plan).await?;
    show_plan(context, &environment, (&document, &plan), arguments.style)?;
    Ok(DONE)
}

fn show_plan(
    context: &CommandContext,
    environment: &Environment,
    (document, plan): (&StateDocument, &Plan),
    style: PlanStyle,
) -> Result<(), CommandError> {
    with_shown(context, environment, (document, plan), |shown| render::show_plan(context.output, shown, style))
}

async fn show_serial(context: &CommandContext, arguments: &ShowArgs, serial: u64) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    let state = environment.state(&stack, None).await?;
    let document = state.at(serial).await?;
    let mut begun = begun(&state, &document).await?;
    if let Some(begun) = &mut begun {
        begun.migrate_inputs(context.providers.kinds(), &mut []);
    }
    let planned = begun.as_ref().and_then(|begun| Some((begun, &begun.run.as_ref()?.plan)));
    if context.output.is_json() || arguments.style.format == PlanFormat::Json {
        return show_json(context, &environment, &document, planned);
    }
    if !context.output.is_quiet() && arguments.style.format == PlanFormat::Text {
        context.output.result(&heading(&document))?;
    }
    match planned {
        Some(planned) => show_plan(context, &environment, planned, arguments.style)?,
        None => {
            let why = match &document.edit {
                Some(edit) => format!("{} made this serial: there is no plan.", reason(edit)),
                None => "The plan of its run is not kept any more, or no run made this serial.".to_owned(),
            };
            context.output.note(&why);
        }
    }
    Ok(DONE)
}

/// Returns the document that opened the run which a serial opens or ends, if it is kept: it holds the plan.
async fn begun(state: &StateStore, document: &StateDocument) -> Result<Option<StateDocument>, CommandError> {
    if document.run.is_some() {
        return Ok(Some(document.clone()));
    }
    let (Some(ended), None) = (&document.ended, &document.edit) else { return Ok(None) };
    let before = document.serial.saturating_sub(1);
    if !state.serials().await?.contains(&before) {
        return Ok(None);
    }
    let before = state.at(before).await?;
    Ok(before.run.as_ref().is_some_and(|run| run.id == ended.id).then_some(before))
}

/// Returns the command of the run that a serial opens or ends, and its outcome if it is over.
fn command(document: &StateDocument) -> (Option<&str>, Option<RunOutcome>) {
    match (&document.run, &document.ended) {
        _ if document.edit.is_some() => (None, None),
        (Some(run), _) => (Some(&run.command), None),
        (None, Some(ended)) => (Some(&ended.command), Some(ended.outcome)),
        (None, None) => (None, None),
    }
}

fn asleep(document: &StateDocument) -> usize {
    document.resources.values().filter(|record| ResourceRecord::is_asleep(record)).count()
}

fn heading(document: &StateDocument) -> String {
    let scope = &document.scope;
    let what = match (command(document), &document.edit) {
        (_, Some(edit)) => reason(edit),
        ((Some(command), Some(outcome)), _) => format!("`ebb {command}` is over: {outcome}"),
        ((Some(command), None), _) => format!("`ebb {command}` begins"),
        ((None, _), _) => reason(&document.why),
    };
    let first = format!("Serial {} of {} in {}: {}", document.serial, scope.stack, scope.environment, document.target);
    let resources = count(document.resources.len(), "resource");
    format!("{}\n{what}, by {}; {resources}, {} asleep\n\n", first.bold(), document.by, asleep(document))
}

fn show_json(
    context: &CommandContext,
    environment: &Environment,
    document: &StateDocument,
    planned: Option<(&StateDocument, &Plan)>,
) -> Result<u8, CommandError> {
    match planned {
        Some(planned) => with_shown(context, environment, planned, |shown| {
            context.output.json(&serial_view(document, Some(PlanView::new(shown))))
        })?,
        None => context.output.json(&serial_view(document, None))?,
    }
    Ok(DONE)
}

fn serial_view<'a>(document: &'a StateDocument, plan: Option<PlanView<'a>>) -> SerialView<'a> {
    let (command, outcome) = command(document);
    SerialView {
        format: OUTPUT_FORMAT,
        stack: &document.scope.stack,
        environment: &document.scope.environment,
        serial: document.serial,
        target: document.target,
        since: document.since,
        by: &document.by,
        why: &document.why,
        edit: document.edit.as_deref(),
        command,
        outcome,
        resources: document.resources.len(),
        asleep: asleep(document),
        plan,
    }
}
