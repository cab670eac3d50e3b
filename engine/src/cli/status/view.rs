//! The status of a stack as data.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::console::link;
use super::endpoints::{EndpointView, endpoints};
use super::incomplete::{Incomplete, incomplete};
use super::kept::{holds_data, kept_because};
use super::live::LiveView;
use super::recorded::Recorded;
use super::resource_status::{ResourceStatus, status};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::{Capacity, Costs, Pricing, Standing, Total, UnknownPart};
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Persistence, Registry, component_of};
use ebbtide::schedule::Hold;

/// The status of one stack.
#[derive(Serialize)]
pub(in crate::cli) struct StatusView {
    format: u32,
    pub(super) stack: String,
    pub(super) environment: String,
    /// The target that was set last; `destroyed` for a stack that was never applied.
    pub(super) target: Target,
    /// How the stack is.
    pub(super) condition: StackCondition,
    pub(super) since: Option<Timestamp>,
    pub(super) by: Option<String>,
    pub(super) why: Option<String>,
    pub(super) serial: u64,
    /// The last instant at which a run is known to have recorded something.
    pub(super) recorded: Option<Timestamp>,
    /// The components that were put to sleep by name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) asleep: BTreeSet<String>,
    /// The hold in effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hold: Option<Hold>,
    /// A run that was cut off, or is under way in another process.
    pub(super) run: Option<OpenRunView>,
    /// What is lacking to the target.
    pub(super) incomplete: Option<Incomplete>,
    /// The dollars of what exists now.
    pub(super) cost: Option<NowView>,
    pub(super) endpoints: Vec<EndpointView>,
    pub(super) resources: Vec<ResourceView>,
    /// The comparison with AWS, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<LiveView>,
}

/// How a stack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StackCondition {
    Running,
    Paused,
    Destroyed,
    /// The target was not reached, and no command is at work.
    Incomplete,
    /// A command is at work.
    Changing,
}

/// The dollars of what exists now.
#[derive(Serialize)]
pub(super) struct NowView {
    pub(super) hours_per_month: f64,
    #[serde(flatten)]
    pub(super) total: Total,
    unknown: Vec<UnknownPart>,
}

/// A run that is open.
#[derive(Serialize)]
pub(super) struct OpenRunView {
    pub(super) command: String,
    pub(super) by: String,
    pub(super) started: Timestamp,
    pub(super) target: Target,
    pub(super) operations: usize,
    /// The operations that are done.
    pub(super) done: usize,
    /// Whether its command is still at work.
    pub(super) at_work: bool,
}

/// One recorded resource.
#[derive(Serialize)]
pub(super) struct ResourceView {
    pub(super) address: Address,
    kind: String,
    pub(super) component: String,
    pub(super) persistence: Option<Persistence>,
    pub(super) holds_data: bool,
    pub(super) status: ResourceStatus,
    pub(super) id: Option<String>,
    /// The ids of earlier generations that still exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) deposed: Vec<String>,
    /// Why it is kept although the stack is destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept_because: Option<String>,
    /// Its page in the console of AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) console: Option<String>,
}

/// Returns the status of a stack. `has_console` says that its account is one of AWS.
pub(in crate::cli) fn view(
    (kinds, pricing): (&Registry, &Pricing<'_>),
    (environment, stack): (&str, String),
    recorded: Option<Recorded>,
    has_console: bool,
) -> StatusView {
    let environment = environment.to_owned();
    let Some(recorded) = recorded else {
        return StatusView {
            format: OUTPUT_FORMAT,
            stack,
            environment,
            target: Target::Destroyed,
            condition: StackCondition::Destroyed,
            since: None,
            by: None,
            why: None,
            serial: 0,
            recorded: None,
            asleep: BTreeSet::new(),
            hold: None,
            run: None,
            incomplete: None,
            cost: None,
            endpoints: Vec::new(),
            resources: Vec::new(),
            live: None,
        };
    };
    let incomplete = incomplete(&stack, &recorded, kinds);
    let endpoints = endpoints(&recorded);
    let document = &recorded.document;
    let names = document.resources.keys().map(Address::name).collect();
    let one = |(address, record): (&Address, &ResourceRecord)| {
        let status = status(kinds, document.target, address, record);
        ResourceView {
            address: address.clone(),
            kind: address.kind().to_owned(),
            component: component_of(address, &names).to_owned(),
            persistence: kinds.get(address.kind()).map(|kind| kind.info().persistence),
            holds_data: holds_data(kinds, address, record),
            status,
            id: record.id.clone(),
            deposed: record.deposed.iter().map(|deposed| deposed.id.clone()).collect(),
            kept_because: kept_because(kinds, document, address, status),
            console: link(&document.scope, address, record).filter(|_| has_console),
        }
    };
    let resources = document.resources.iter().map(one).collect();
    StatusView {
        format: OUTPUT_FORMAT,
        stack,
        environment,
        target: document.target,
        condition: condition(&recorded, incomplete.is_some()),
        since: Some(document.since),
        by: Some(document.by.clone()),
        why: Some(document.why.clone()),
        serial: document.serial,
        recorded: Some(last_recorded(document)),
        asleep: document.asleep.clone(),
        hold: document.hold.clone().filter(|hold| hold.is_active(Timestamp::now())),
        run: open_run(&recorded),
        incomplete,
        cost: Some(now(kinds, pricing, document)),
        endpoints,
        resources,
        live: None,
    }
}

impl StatusView {
    /// Returns the name of the stack.
    pub(in crate::cli) fn stack(&self) -> &str {
        &self.stack
    }
}

fn condition(recorded: &Recorded, is_incomplete: bool) -> StackCondition {
    match recorded.document.target {
        _ if recorded.at_work.is_some() => StackCondition::Changing,
        _ if is_incomplete => StackCondition::Incomplete,
        Target::Running => StackCondition::Running,
        Target::Paused => StackCondition::Paused,
        Target::Destroyed => StackCondition::Destroyed,
    }
}

fn open_run(recorded: &Recorded) -> Option<OpenRunView> {
    recorded.document.run.as_ref().map(|run| OpenRunView {
        command: run.command.clone(),
        by: run.by.clone(),
        started: run.started,
        target: run.plan.target,
        operations: run.plan.operations.len(),
        done: recorded.done,
        at_work: recorded.at_work.is_some(),
    })
}

fn last_recorded(document: &StateDocument) -> Timestamp {
    let ended = document.ended.as_ref().map(|ended| ended.ended);
    let started = document.run.as_ref().map(|run| run.started);
    ended.into_iter().chain(started).fold(document.since, Timestamp::max)
}

/// Prices the recorded resources that exist.
fn now(kinds: &Registry, pricing: &Pricing<'_>, document: &StateDocument) -> NowView {
    let costs = Costs::of(&Standing::recorded(document).rates(kinds).at(Capacity::Declared), pricing);
    NowView { hours_per_month: pricing.hours, total: costs.total, unknown: costs.unknown }
}

impl StackCondition {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Destroyed => "destroyed",
            Self::Incomplete => "incomplete",
            Self::Changing => "changing",
        }
    }
}
