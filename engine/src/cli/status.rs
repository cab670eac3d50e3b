//! `ebb status`: what is recorded, without asking AWS.

use ebbtide::resource::Registry;
use std::fmt::Write as _;

use jiff::Timestamp;
use owo_colors::{OwoColorize as _, Style};
use serde::Serialize;

use crate::cli::context;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use crate::cli::output::count;
use crate::environment::Environment;
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Persistence};

#[derive(Serialize)]
struct Status {
    format: u32,
    stack: String,
    environment: String,
    /// What was last set; a stack that was never applied is `destroyed`.
    target: Target,
    since: Option<Timestamp>,
    by: Option<String>,
    why: Option<String>,
    serial: u64,
    /// A run that was cut off, or is under way in another process.
    run: Option<OpenRun>,
    resources: Vec<ResourceStatus>,
}

#[derive(Serialize)]
struct OpenRun {
    command: String,
    by: String,
    started: Timestamp,
    target: Target,
    operations: usize,
}

#[derive(Serialize)]
struct ResourceStatus {
    address: Address,
    kind: String,
    persistence: Option<Persistence>,
    status: &'static str,
    id: Option<String>,
    /// Earlier generations that still exist, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<String>,
}

#[derive(Serialize)]
struct AllStatus {
    format: u32,
    environment: String,
    stacks: Vec<Status>,
}

pub(super) async fn run(context: &Context, stack: Option<&str>) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    if let Some(name) = stack {
        let name = context.stack(&environment, Some(name)).await?;
        let status = read(context, &environment, name).await?;
        if context.output.is_json() {
            context.output.json(&status)?;
        } else {
            context.output.result(&render(&status))?;
        }
        return Ok(DONE);
    }
    let names = context.known_stacks(&environment).await?;
    let mut stacks = Vec::new();
    for name in names {
        stacks.push(read(context, &environment, name).await?);
    }
    if context.output.is_json() {
        context.output.json(&AllStatus {
            format: OUTPUT_FORMAT,
            environment: environment.name().to_owned(),
            stacks,
        })?;
    } else {
        context.output.result(&stacks.iter().map(render).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(DONE)
}

async fn read(context: &Context, environment: &Environment, stack: String) -> Result<Status, CommandError> {
    let recorded = context::recorded(&environment.state(&stack, None).await?).await?;
    Ok(of(context.providers.kinds(), environment.name(), stack, recorded))
}

fn of(kinds: &Registry, environment: &str, stack: String, recorded: Option<StateDocument>) -> Status {
    let environment = environment.to_owned();
    let Some(document) = recorded else {
        return Status {
            format: OUTPUT_FORMAT,
            stack,
            environment,
            target: Target::Destroyed,
            since: None,
            by: None,
            why: None,
            serial: 0,
            run: None,
            resources: Vec::new(),
        };
    };
    Status {
        format: OUTPUT_FORMAT,
        stack,
        environment,
        target: document.target,
        since: Some(document.since),
        by: Some(document.by),
        why: Some(document.why),
        serial: document.serial,
        run: document.run.map(|run| OpenRun {
            command: run.command,
            by: run.by,
            started: run.started,
            target: run.plan.target,
            operations: run.plan.operations.len(),
        }),
        resources: document.resources.into_iter().map(|recorded| resource(kinds, recorded)).collect(),
    }
}

fn resource(kinds: &Registry, (address, entry): (Address, ResourceRecord)) -> ResourceStatus {
    ResourceStatus {
        kind: address.kind().to_owned(),
        persistence: kinds.get(address.kind()).map(|kind| kind.info().persistence),
        status: match (entry.is_asleep(), entry.pending) {
            (true, _) => "asleep",
            (false, true) => "pending",
            (false, false) => "running",
        },
        id: entry.id,
        deposed: entry.deposed.into_iter().map(|deposed| deposed.id).collect(),
        address,
    }
}

fn render(status: &Status) -> String {
    let mut text = String::new();
    let heading = format!("{} in {}: {}", status.stack, status.environment, status.target);
    let since = match (&status.since, &status.by, &status.why) {
        (Some(since), Some(by), Some(why)) if !by.is_empty() => {
            format!("since {since:.0}, set by {by} with `{why}`")
        }
        (Some(since), ..) => format!("since {since:.0}"),
        (None, ..) => "nothing was ever applied".to_owned(),
    };
    // Writing into text cannot fail.
    let _ = writeln!(text, "{}  {}", heading.bold(), format!("({since})").dimmed());
    if let Some(run) = &status.run {
        let _ = writeln!(
            text,
            "{} `ebb {}` of {}, begun {:.0}, leads to {} with {}; if it was cut off, run it again",
            "open run:".yellow().bold(),
            run.command,
            run.by,
            run.started,
            run.target,
            count(run.operations, "operation")
        );
    }
    let width = |of: fn(&ResourceStatus) -> usize| status.resources.iter().map(of).max().unwrap_or(0);
    let (addresses, ids) = (
        width(|resource| resource.address.to_string().chars().count()),
        width(|resource| resource.id.as_deref().unwrap_or("-").chars().count()),
    );
    for resource in &status.resources {
        let style = match resource.status {
            "asleep" => Style::new().blue(),
            "pending" => Style::new().yellow(),
            _ => Style::new().green(),
        };
        let persistence = match resource.persistence {
            Some(Persistence::Durable) => "durable",
            Some(Persistence::Ephemeral) => "ephemeral",
            None => "unknown kind",
        };
        let state = format!("{:<8}", resource.status);
        let address = format!("{:<addresses$}", resource.address.to_string());
        let id = format!("{:<ids$}", resource.id.as_deref().unwrap_or("-"));
        let deposed = match resource.deposed.len() {
            0 => String::new(),
            count => format!("  and {count} of an earlier generation"),
        };
        let _ = writeln!(text, "  {} {address}  {id}  {}{deposed}", state.style(style), persistence.dimmed());
    }
    let count = |wanted: &str| status.resources.iter().filter(|resource| resource.status == wanted).count();
    if !status.resources.is_empty() {
        let _ =
            writeln!(text, "{} running, {} pending, {} asleep", count("running"), count("pending"), count("asleep"));
    }
    text
}
