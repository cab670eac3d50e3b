//! `ebb status`: shows what is recorded, without calling AWS.

use std::fmt::Write as _;

use clap::Args;
use jiff::Timestamp;
use owo_colors::{OwoColorize as _, Style};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::cli::common::StackArg;
use crate::cli::context::{self, CommandContext};
use crate::cli::dollars::{lenient_book, total_text};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count, reason};
use crate::cli::runtime;
use crate::environment::Environment;
use ebbtide::cost::{Capacity, Costs, Pricing, Standing, Total, UnknownPart};
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Persistence, Registry};
use ebbtide::schedule::Hold;

/// The number of records that are read at once.
const AT_ONCE: usize = 8;

/// Shows the recorded resources of a stack, or of all stacks of the environment
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    stack: StackArg,
}

#[derive(Serialize)]
struct StatusView {
    format: u32,
    stack: String,
    environment: String,
    /// The target that was set last; `destroyed` for a stack that was never applied.
    target: Target,
    since: Option<Timestamp>,
    by: Option<String>,
    why: Option<String>,
    serial: u64,
    /// The hold in effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Hold>,
    /// A run that was cut off, or is under way in another process.
    run: Option<OpenRunView>,
    /// The dollars of what exists now.
    cost: Option<NowView>,
    resources: Vec<ResourceView>,
}

#[derive(Serialize)]
struct NowView {
    hours_per_month: f64,
    #[serde(flatten)]
    total: Total,
    unknown: Vec<UnknownPart>,
}

#[derive(Serialize)]
struct OpenRunView {
    command: String,
    by: String,
    started: Timestamp,
    target: Target,
    operations: usize,
}

#[derive(Serialize)]
struct ResourceView {
    address: Address,
    kind: String,
    persistence: Option<Persistence>,
    status: ResourceStatus,
    id: Option<String>,
    /// The ids of earlier generations that still exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<String>,
}

/// The status of a recorded resource.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ResourceStatus {
    /// The resource exists.
    Running,
    /// The resource is durable and exists, and the stack is paused.
    Kept,
    /// AWS accepted the resource, and it was not seen ready yet.
    Pending,
    /// A pause deleted the resource, and a resume brings it back.
    Asleep,
}

#[derive(Serialize)]
struct AllStatusView {
    format: u32,
    environment: String,
    stacks: Vec<StatusView>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &StatusArgs) -> Result<u8, CommandError> {
    match arguments.stack.stack.as_deref() {
        Some(stack) => runtime::on_this_thread(status(context, Some(stack))),
        None => runtime::on_all_threads(status(context, None)),
    }
}

async fn status(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
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
    let stacks = read_all(context, &environment, names).await?;
    if context.output.is_json() {
        let environment = environment.name().to_owned();
        context.output.json(&AllStatusView { format: OUTPUT_FORMAT, environment, stacks })?;
    } else {
        context.output.result(&stacks.iter().map(render).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(DONE)
}

/// Reads the records of stacks, several at once and all with the same clients.
async fn read_all(
    context: &CommandContext,
    environment: &Environment,
    names: Vec<String>,
) -> Result<Vec<StatusView>, CommandError> {
    let region = &environment.aws().region;
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
            reads.spawn(async move { (index, name, context::recorded(&state).await) });
        }
        let Some(read) = reads.join_next().await else { break };
        let (index, name, recorded) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let usage = [environment.usage(&name)];
        let pricing = Pricing { usage: &usage, ..Pricing::new(&book, region) };
        found[index] = Some(view((context.providers.kinds(), &pricing), environment.name(), name, recorded?));
    }
    Ok(found.into_iter().flatten().collect())
}

async fn read(context: &CommandContext, environment: &Environment, stack: String) -> Result<StatusView, CommandError> {
    let recorded = context::recorded(&environment.state(&stack, None).await?).await?;
    let region = &environment.aws().region;
    let book = lenient_book(context, region);
    let usage = [environment.usage(&stack)];
    let pricing = Pricing { usage: &usage, ..Pricing::new(&book, region) };
    Ok(view((context.providers.kinds(), &pricing), environment.name(), stack, recorded))
}

/// Prices the recorded resources that exist.
fn now(kinds: &Registry, pricing: &Pricing<'_>, document: &StateDocument) -> NowView {
    let costs = Costs::of(&Standing::recorded(document).rates(kinds).at(Capacity::Declared), pricing);
    NowView { hours_per_month: pricing.hours, total: costs.total, unknown: costs.unknown }
}

fn view(
    (kinds, pricing): (&Registry, &Pricing<'_>),
    environment: &str,
    stack: String,
    recorded: Option<StateDocument>,
) -> StatusView {
    let environment = environment.to_owned();
    let Some(document) = recorded else {
        return StatusView {
            format: OUTPUT_FORMAT,
            stack,
            environment,
            target: Target::Destroyed,
            since: None,
            by: None,
            why: None,
            serial: 0,
            hold: None,
            run: None,
            cost: None,
            resources: Vec::new(),
        };
    };
    let target = document.target;
    let cost = Some(now(kinds, pricing, &document));
    StatusView {
        format: OUTPUT_FORMAT,
        stack,
        environment,
        target,
        since: Some(document.since),
        by: Some(document.by),
        why: Some(document.why),
        serial: document.serial,
        hold: document.hold.filter(|hold| hold.is_active(Timestamp::now())),
        run: document.run.map(|run| OpenRunView {
            command: run.command,
            by: run.by,
            started: run.started,
            target: run.plan.target,
            operations: run.plan.operations.len(),
        }),
        cost,
        resources: document
            .resources
            .into_iter()
            .map(|(address, record)| resource(kinds, target, address, record))
            .collect(),
    }
}

fn resource(kinds: &Registry, target: Target, address: Address, record: ResourceRecord) -> ResourceView {
    let persistence = kinds.get(address.kind()).map(|kind| kind.info().persistence);
    ResourceView {
        kind: address.kind().to_owned(),
        persistence,
        status: match (record.is_asleep(), record.pending, target, persistence) {
            (true, ..) => ResourceStatus::Asleep,
            (false, true, ..) => ResourceStatus::Pending,
            (false, false, Target::Paused, Some(Persistence::Durable)) => ResourceStatus::Kept,
            (false, false, ..) => ResourceStatus::Running,
        },
        id: record.id,
        deposed: record.deposed.into_iter().map(|deposed| deposed.id).collect(),
        address,
    }
}

impl ResourceStatus {
    const ALL: [Self; 4] = [Self::Running, Self::Kept, Self::Pending, Self::Asleep];

    fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Kept => "kept",
            Self::Pending => "pending",
            Self::Asleep => "asleep",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Running => Style::new().green(),
            Self::Kept => Style::new().cyan(),
            Self::Pending => Style::new().yellow(),
            Self::Asleep => Style::new().blue(),
        }
    }
}

fn render(status: &StatusView) -> String {
    let mut text = String::new();
    let heading = format!("{} in {}: {}", status.stack, status.environment, status.target);
    let since = match (&status.since, &status.by, &status.why) {
        (Some(since), Some(by), Some(why)) if !by.is_empty() => {
            let with = if why.starts_with("ebb ") { " with" } else { ":" };
            format!("since {since:.0}, set by {by}{with} {}", reason(why))
        }
        (Some(since), ..) => format!("since {since:.0}"),
        (None, ..) => "never applied".to_owned(),
    };
    // Writing into text cannot fail.
    let _ = writeln!(text, "{}  {}", heading.bold(), format!("({since})").dimmed());
    if let Some(hold) = &status.hold {
        let Hold { target, until, by, reason, .. } = hold;
        let _ = writeln!(text, "{} {target} until {until:.0}, by {by}: {reason}", "held:".yellow().bold());
    }
    if let Some(run) = &status.run {
        let _ = writeln!(
            text,
            "{} `ebb {}` by {}, started {:.0}, leads to {} with {}; if it was cut off, run it again",
            "open run:".yellow().bold(),
            run.command,
            run.by,
            run.started,
            run.target,
            count(run.operations, "operation")
        );
    }
    if let Some(cost) = status.cost.as_ref().filter(|_| !status.resources.is_empty()) {
        let _ = writeln!(text, "costs {} of {} hours now", total_text(cost.total), cost.hours_per_month);
    }
    render_resources(&mut text, &status.resources);
    text
}

fn render_resources(text: &mut String, resources: &[ResourceView]) {
    let width = |of: fn(&ResourceView) -> usize| resources.iter().map(of).max().unwrap_or(0);
    let (addresses, ids) = (
        width(|resource| resource.address.to_string().chars().count()),
        width(|resource| resource.id.as_deref().unwrap_or("-").chars().count()),
    );
    for resource in resources {
        let persistence = match resource.persistence {
            Some(Persistence::Durable) => "durable",
            Some(Persistence::Ephemeral) => "ephemeral",
            None => "unknown kind",
        };
        let status = format!("{:<8}", resource.status.name());
        let address = format!("{:<addresses$}", resource.address.to_string());
        let id = format!("{:<ids$}", resource.id.as_deref().unwrap_or("-"));
        let deposed = match resource.deposed.len() {
            0 => String::new(),
            count => format!("  and {count} of an earlier generation"),
        };
        let status = status.style(resource.status.style());
        let _ = writeln!(text, "  {status} {address}  {id}  {}{deposed}", persistence.dimmed());
    }
    let counts: Vec<_> = ResourceStatus::ALL
        .into_iter()
        .map(|status| (resources.iter().filter(|resource| resource.status == status).count(), status.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| format!("{count} {status}"))
        .collect();
    if !counts.is_empty() {
        let _ = writeln!(text, "{}", counts.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(target: Target, address: &str, id: Option<&str>, pending: bool) -> &'static str {
        let record: ResourceRecord = serde_json::from_value(serde_json::json!({
            "id": id, "generation": 1, "inputs": {}, "outputs": {}, "pending": pending,
        }))
        .unwrap();
        let providers = crate::providers::providers();
        resource(providers.kinds(), target, address.parse().unwrap(), record).status.name()
    }

    #[test]
    fn a_paused_stack_keeps_durable_resources() {
        assert_eq!(status(Target::Paused, "ec2_vpc.main", Some("vpc-1"), false), "kept");
        assert_eq!(status(Target::Running, "ec2_vpc.main", Some("vpc-1"), false), "running");
        assert_eq!(status(Target::Paused, "ec2_vpc_endpoint.s3", Some("vpce-1"), false), "running");
        assert_eq!(status(Target::Paused, "ec2_vpc.main", Some("vpc-1"), true), "pending");
        assert_eq!(status(Target::Paused, "ec2_nat_gateway.a", None, false), "asleep");
    }
}
