//! `ebb status`: shows the record of stacks, and with `--live` how AWS differs from it.

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::cli::common::StacksArg;
use crate::cli::context::CommandContext;
use crate::cli::dollars::lenient_book;
use crate::cli::error::{CommandError, DONE};
use crate::cli::interrupts;
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::progress::Progress;
use crate::cli::runtime;
use crate::cli::status::{Recorded, StatusView, compare, render, render_short, view};
use crate::environment::Environment;
use ebbtide::cost::Pricing;

/// The number of records that are read at once.
const AT_ONCE: usize = 8;

/// The time between two looks of `--watch`.
const EVERY: Duration = Duration::from_secs(2);

/// Shows the condition of a stack, or in short that of all stacks of the environment
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    stack: StacksArg,
    /// Lists every resource with its id, and its page in the console of AWS
    #[arg(long)]
    wide: bool,
    /// Asks AWS what is missing, or was changed by others; changes nothing
    #[arg(long)]
    live: bool,
    /// Shows it again whenever it changes, until Ctrl-C
    #[arg(long, conflicts_with = "live")]
    watch: bool,
}

#[derive(Serialize)]
struct AllStatusView {
    format: u32,
    environment: String,
    stacks: Vec<StatusView>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &StatusArgs) -> Result<u8, CommandError> {
    let one = arguments.stack.stack.is_some() && !arguments.live && !arguments.watch;
    match one {
        true => runtime::on_this_thread(status(context, arguments)),
        false => runtime::on_all_threads(status(context, arguments)),
    }
}

async fn status(context: &CommandContext, arguments: &StatusArgs) -> Result<u8, CommandError> {
    if arguments.watch {
        return watch(context, arguments).await;
    }
    let (environment, found) = look(context, arguments).await?;
    if context.output.is_json() {
        print_json(context, arguments, &environment, found)?;
    } else {
        context.output.result(&text(context, arguments, &found))?;
    }
    Ok(DONE)
}

fn print_json(
    context: &CommandContext,
    arguments: &StatusArgs,
    environment: &Environment,
    mut found: Vec<StatusView>,
) -> Result<(), CommandError> {
    match (&arguments.stack.stack, found.len()) {
        (Some(_), 1) => context.output.json(&found.remove(0)),
        _ => {
            let environment = environment.name().to_owned();
            context.output.json(&AllStatusView { format: OUTPUT_FORMAT, environment, stacks: found })
        }
    }
}

/// Returns the status of the stacks as text: one in full, and several in short unless all is wanted.
fn text(context: &CommandContext, arguments: &StatusArgs, found: &[StatusView]) -> String {
    let width = context.output.columns();
    match found.len() == 1 || arguments.wide {
        true => found.iter().map(|one| render(one, width, arguments.wide)).collect::<Vec<_>>().join("\n"),
        false => found.iter().map(|one| render_short(one, width)).collect::<Vec<_>>().join("\n"),
    }
}

/// Shows the status again whenever it changes: in place on a terminal, as another block elsewhere.
async fn watch(context: &CommandContext, arguments: &StatusArgs) -> Result<u8, CommandError> {
    let output = context.output;
    let (mut last, mut drawn) = (String::new(), 0);
    let ended = interrupts::wait();
    tokio::pin!(ended);
    loop {
        let (environment, found) = tokio::select! {
            biased;
            () = &mut ended => return Ok(DONE),
            found = look(context, arguments) => found?,
        };
        let now = serde_json::to_string(&found).map_err(|error| CommandError::failed("compare the status", error))?;
        if now != last {
            if output.is_json() {
                print_json(context, arguments, &environment, found)?;
            } else {
                drawn = output.redraw(drawn, &text(context, arguments, &found))?;
            }
            last = now;
        }
        tokio::select! {
            biased;
            () = &mut ended => return Ok(DONE),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Reads the records of the stacks, and compares them with AWS if that is wanted.
async fn look(
    context: &CommandContext,
    arguments: &StatusArgs,
) -> Result<(Environment, Vec<StatusView>), CommandError> {
    let environment = context.recorded_environment()?;
    let names = match arguments.stack.stack.as_deref() {
        Some(name) => vec![context.stack(&environment, Some(name)).await?],
        None => context.known_stacks(&environment).await?,
    };
    if !arguments.live {
        let in_full = names.len() == 1 || arguments.wide;
        let found = read_all(context, &environment, names, in_full).await?;
        return Ok((environment, found));
    }
    let progress = Progress::for_plan(context.output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = environment.connect().await?;
    let mut found = read_all(context, &environment, names, true).await?;
    let on_event = |event| progress.event(event);
    for one in &mut found {
        let state = environment.state(one.stack(), Some(&connection.clients)).await?;
        compare(context, (&environment, &connection), &state, &on_event, one).await?;
    }
    progress.clear();
    Ok((environment, found))
}

/// Reads the records of stacks, several at once and all with the same clients. `in_full` reads their ledgers too.
async fn read_all(
    context: &CommandContext,
    environment: &Environment,
    names: Vec<String>,
    in_full: bool,
) -> Result<Vec<StatusView>, CommandError> {
    let region = &environment.aws().region;
    let has_console = !environment.aws().embedded && environment.aws().endpoint_url.is_none();
    let book = lenient_book(context, region);
    let clients = environment.state_clients().await?;
    let mut found: Vec<Option<StatusView>> = names.iter().map(|_| None).collect();
    let mut waiting = names.into_iter().enumerate();
    let mut reads = JoinSet::new();
    loop {
        while reads.len() < AT_ONCE
            && let Some((index, name)) = waiting.next()
        {
            let state = environment.state(&name, clients.as_ref()).await?;
            reads.spawn(async move {
                let recorded = Recorded::read(&state).await;
                let recorded = match recorded {
                    Ok(Some(recorded)) if in_full => Ok(Some(recorded.with_ledger(&state).await)),
                    recorded => recorded,
                };
                (index, name, recorded)
            });
        }
        let Some(read) = reads.join_next().await else { break };
        let (index, name, recorded) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let usage = [environment.usage(&name)];
        let pricing = Pricing { usage: &usage, ..Pricing::new(&book, region) };
        let kinds = context.providers.kinds();
        found[index] = Some(view((kinds, &pricing), (environment.name(), name), recorded?, has_console));
    }
    Ok(found.into_iter().flatten().collect())
}
