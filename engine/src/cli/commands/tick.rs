//! `ebb tick`: looks at every stack of the environment once, and brings each to what holds now.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::apply::{Event, Shutdown};
use crate::cli::context::CommandContext;
use crate::cli::deploy::who;
use crate::cli::error::{CHANGES, CommandError, CommandErrorKind, DONE, FAILED, INTERRUPTED};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::Output;
use crate::cli::runtime;
use crate::control::notify::{NoticeEvent, Notifier, Waiting};
use crate::control::{Controller, Outcome, StackReport, TickReport};
use crate::environment::Environment;

/// Looks at every stack of the environment once, and brings each to the target that holds now
///
/// It works from what is recorded, and asks nothing: made for cron, a Kubernetes CronJob or EventBridge Scheduler.
#[derive(Debug, Args)]
pub(in crate::cli) struct TickArgs {
    /// Says what would be done, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Exits with 2 if something was done, or would be
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &TickArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(tick(context, arguments))
}

async fn tick(context: &CommandContext, arguments: &TickArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    context.enter_project()?;
    let shutdown = Shutdown::default();
    let interrupts = Interrupts::listen(shutdown.clone());
    interrupts.executing();
    let mut controller = controller(context, environment.clone(), shutdown)?;
    let (print, output) = (Arc::clone(&controller.on_notice), context.output);
    // A person waits for the end of a tick, and nobody for that of `ebb serve`.
    controller.on_notice = Arc::new(move |event| match event {
        NoticeEvent::Said(_) => print(event),
        NoticeEvent::Waiting(waiting) => show(output, &waiting),
    });
    let report = Arc::new(controller).tick(arguments.dry_run).await?;
    context.warn_of_unknown_stacks(&environment, report.stacks.iter().map(|report| report.stack.clone()));
    if output.is_json() {
        output.json(&report)?;
    } else {
        output.result(&render(&report, output))?;
    }
    Ok(match () {
        () if interrupts.received() => INTERRUPTED,
        () if report.has_failed() => FAILED,
        () if arguments.detailed_exitcode && report.has_acted() => CHANGES,
        () => DONE,
    })
}

/// Creates what looks after the stacks of an environment.
pub(super) fn controller(
    context: &CommandContext,
    environment: Environment,
    shutdown: Shutdown,
) -> Result<Controller, CommandError> {
    let notifier = Notifier::of(&environment).map_err(|error| {
        CommandError::new(CommandErrorKind::Environment, error.to_string())
            .hint("set it, or correct [notify] in the environment's file")
    })?;
    let output = context.output;
    let prints = environment.notify().stdout;
    Ok(Controller {
        environment,
        providers: context.providers.clone(),
        clock: Arc::new(Timestamp::now),
        shutdown,
        who: who(),
        on_event: Arc::new(move |stack, event| log(output, stack, &event)),
        notifier,
        on_notice: Arc::new(move |event| {
            if let NoticeEvent::Said(notice) = event
                && prints
            {
                print(output, "notification", notice);
            }
        }),
    })
}

/// Prints a line of data on standard output.
fn print(output: Output, event: &'static str, data: &impl Serialize) {
    #[derive(Serialize)]
    struct Line<'a, T> {
        event: &'static str,
        #[serde(flatten)]
        data: &'a T,
    }
    // If standard output is closed, there is nowhere left to print it.
    let _ = output.json(&Line { event, data });
}

/// Shows that a receiver of notifications lets wait.
fn show(output: Output, waiting: &Waiting<'_>) {
    if output.is_json() {
        return print(output, "notification_waits", waiting);
    }
    let Waiting { stack, receiver, waited_ms, .. } = waiting;
    let seconds = waited_ms / 1000;
    output.note(&format!("{stack}: the {receiver} has not accepted a notification for {seconds} s, and is waited for"));
}

/// Prints the events that matter in the log of a process that nobody watches.
fn log(output: Output, stack: &str, event: &Event) {
    match event {
        Event::Recovering { command, by, .. } => {
            output.note(&format!("{stack}: looking up what `ebb {command}` of {by} did, which was cut off"));
        }
        Event::Started { target, operations, .. } => {
            output.note(&format!("{stack}: {target}, {operations} operations"));
        }
        Event::LedgerFailed { error } => {
            output.warn(&format!("{stack}: cannot write the ledger of costs, which the next run does: {error}"));
        }
        Event::OperationFailed { address, error, .. } => output.warn(&format!("{stack}: {address}: {error}")),
        Event::Unreadable { address, error, .. } => output.warn(&format!("{stack}: {address}: {error}")),
        _ if output.is_verbose() => {
            if let Ok(text) = serde_json::to_string(event) {
                output.note(&format!("{stack}: {text}"));
            }
        }
        _ => {}
    }
}

/// Returns the result of a tick in words, one line for each stack.
pub(super) fn render(report: &TickReport, output: Output) -> String {
    let mut text = String::new();
    let width = report.stacks.iter().map(|stack| stack.stack.chars().count()).max().unwrap_or(0);
    for stack in &report.stacks {
        // Writing into text cannot fail.
        let _ = write!(text, "{:<width$}  {}", stack.stack, outcome(stack.outcome));
        let _ = writeln!(text, "{}", details(stack));
        if let Some(hint) = &stack.hint {
            output.warn(&format!("hint: {}: {hint}", stack.stack));
        }
        for unsent in &stack.unsent {
            output.warn(&format!("warning: {}: a notification was not sent: {unsent}", stack.stack));
        }
    }
    if report.stacks.is_empty() {
        let _ = writeln!(text, "Nothing is recorded in {} yet.", report.environment);
    }
    text
}

fn outcome(outcome: Outcome) -> String {
    let words = format!("{:<13}", outcome.words());
    match outcome {
        Outcome::Nothing => words.dimmed().to_string(),
        Outcome::Busy | Outcome::WouldAct => words.yellow().to_string(),
        Outcome::Settled | Outcome::Acted => words.green().to_string(),
        Outcome::Failed => words.red().to_string(),
    }
}

fn details(stack: &StackReport) -> String {
    let waits = stack.rollout.as_ref().and_then(|rollout| Some(format!("roll-out: {}", rollout.waits.as_ref()?)));
    let message = stack.message.as_ref().or(waits.as_ref()).map(|message| format!("  {message}")).unwrap_or_default();
    let decision = stack.decision.as_ref().map(|decision| format!("  {}: {}", decision.target, decision.reason));
    format!("{}{message}", decision.unwrap_or_default())
}
