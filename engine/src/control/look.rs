//! One look at a stack: its record, the decision on it, and the work that follows. Calls no AWS.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::budgets::Guarded;
use super::capacity::{bounds_of, endpoint_names};
use super::lead::resume_time;
use super::roll_out_facts::RolloutFacts;
use super::under_way::under_way;
use crate::apply::{Comparison, Pushed};
use crate::environment::{Environment, did_you_mean, nearest};
use ebbtide::plan::Target;
use ebbtide::planner::{awake, present_capacity};
use ebbtide::record::{RunOutcome, StateDocument};
use ebbtide::resource::{Address, Registry};
use ebbtide::schedule::{Bounds, Decision, Idleness, Situation, decide, idle_limit};
use ebbtide::stack::Problem;

/// The command of runs that the loop starts, in locks and in the history.
pub(super) const COMMAND: &str = "tick";

/// The commands whose interrupted or failed runs the loop finishes: they lead from the record to a target, as it does. A failed
/// apply is finished by another apply, which knows the declared stack.
const FINISHED_HERE: [&str; 3] = [COMMAND, "pause", "resume"];

/// A look at one stack.
#[derive(Clone, Debug)]
pub struct Look {
    /// The stack.
    pub stack: String,
    /// The record, with the journal of an open run applied.
    pub document: StateDocument,
    /// The decision.
    pub decision: Decision,
    /// The bounds of capacity that the decision sets.
    pub capacity: BTreeMap<Address, Bounds>,
    /// The time that the stack needs to come up.
    pub lead: SignedDuration,
    /// The observed idleness.
    pub idle: Idleness,
    /// The time without calls after which the stack is paused, if calls matter now.
    pub idle_limit: Option<SignedDuration>,
    /// The work that follows.
    pub work: Work,
    /// A mistake of the schedule that only the record shows, or figures of a budget that cannot be read. The rest of the decision is carried out.
    pub mistake: Option<String>,
    /// What budgets ask.
    pub guarded: Guarded,
    /// Whether AWS is to have the scheduled actions of the schedule, and no others of it.
    pub pushes: bool,
    /// The capacities that AWS was to set and did not, in words, as they were observed.
    pub missed: Option<String>,
    /// The money of a roll-out.
    pub(super) rolling: RolloutFacts,
}

/// The work that follows from a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// None: the record agrees with the decision.
    None,
    /// A run that was cut off is looked up. The stack stays as it is.
    Settle,
    /// The stack is brought to the target and the capacity of the decision; the text says why.
    Converge(String),
}

/// The facts beside the record that a look depends on.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    /// The endpoints of all stacks of the environment.
    pub names: &'a BTreeSet<String>,
    /// The idleness, observed or recorded.
    pub idle: Idleness,
    /// The limits and news of budgets.
    pub guarded: Guarded,
    /// The instant.
    pub now: Timestamp,
    /// The capacities that AWS did not set, as they were observed.
    pub missed: Option<String>,
    /// The money of a roll-out.
    pub rolling: RolloutFacts,
}

/// Looks at a stack.
pub(super) fn look(
    environment: &Environment,
    kinds: &Registry,
    stack: &str,
    document: StateDocument,
    facts: Facts<'_>,
) -> Look {
    let schedule = environment.schedule(stack);
    let lead = resume_time(&document, kinds);
    let Facts { names, idle, guarded, now, missed, rolling } = facts;
    let limit = guarded.limit(document.hold.as_ref(), now);
    let (hold, limit) = (document.hold.as_ref(), limit.as_ref());
    let rollout = under_way(environment, stack, &document, now);
    let rollout = rollout.as_ref();
    let situation = Situation { schedule, hold, limit, rollout, idle, recorded: document.target, now, lead };
    let decision = decide(&situation);
    // A schedule sets no capacity of what is asleep.
    let awake = awake(&document, kinds);
    let pushed = Pushed { schedule, reduce: decision.reduce }.compare(&awake);
    let mut capacity = match decision.target {
        Target::Running => bounds_of(&decision, &awake, kinds),
        Target::Paused | Target::Destroyed => BTreeMap::new(),
    };
    let mut work = work(&document, &decision);
    if let (Ok(pushed), Target::Running) = (&pushed, decision.target) {
        leave_to_aws(&mut capacity, pushed, &awake, kinds);
    }
    if document.run.is_none() && work == Work::None && runs(&document, &decision) {
        work = match &pushed {
            Ok(pushed) if pushed.differs => Work::Converge("scheduled actions of the schedule".to_owned()),
            _ => capacity_work(&awake, &capacity, kinds),
        };
        if let (Work::None, Some(missed)) = (&work, &missed) {
            work = Work::Converge(format!("capacity that AWS did not set: {missed}"));
        }
    }
    let mistake = unknown_endpoint(environment, kinds, stack, &document, names)
        .or_else(|| pushed.as_ref().err().map(|problems| in_words(problems)))
        .or_else(|| guarded.fault.clone());
    let pushes = pushed.is_ok();
    let idle_limit = idle_limit(&situation);
    Look {
        stack: stack.to_owned(),
        document,
        decision,
        capacity,
        lead,
        idle,
        idle_limit,
        work,
        mistake,
        guarded,
        pushes,
        missed,
        rolling,
    }
}

/// Takes the targets from the bounds to set whose bounds AWS sets by scheduled actions, or is to set no longer: the removal of
/// the actions restores the declared ones, and the next look goes on from there.
fn leave_to_aws(
    capacity: &mut BTreeMap<Address, Bounds>,
    pushed: &Comparison,
    document: &StateDocument,
    kinds: &Registry,
) {
    capacity.retain(|address, _| !pushed.set_by_aws.contains(address) && !pushed.left.contains(address));
    // Bounds that were recorded before AWS took over stay recorded.
    let present = present_capacity(document, kinds).into_iter();
    capacity.extend(present.filter(|(address, _)| pushed.set_by_aws.contains(address)));
}

fn in_words(problems: &[Problem]) -> String {
    let words: Vec<_> = problems.iter().map(ToString::to_string).collect();
    words.join("; ")
}

/// Returns whether a stack runs, and is to run.
fn runs(document: &StateDocument, decision: &Decision) -> bool {
    (document.target, decision.target) == (Target::Running, Target::Running) && !document.resources.is_empty()
}

/// Returns the work for bounds that are not those in effect.
fn capacity_work(document: &StateDocument, capacity: &BTreeMap<Address, Bounds>, kinds: &Registry) -> Work {
    if present_capacity(document, kinds) == *capacity {
        return Work::None;
    }
    let shown = |(address, bounds): (&Address, &Bounds)| format!("{} {bounds}", address.name());
    let capacity: Vec<_> = capacity.iter().map(shown).collect();
    let shown = if capacity.is_empty() { "as declared".to_owned() } else { capacity.join(", ") };
    Work::Converge(format!("capacity: {shown}"))
}

/// Returns the work for the target, and for runs that did not end well.
fn work(document: &StateDocument, decision: &Decision) -> Work {
    let open = document.run.as_ref().map(|run| run.command.as_str());
    let settle = if open.is_some() { Work::Settle } else { Work::None };
    if decision.target == Target::Destroyed || document.resources.is_empty() {
        return settle;
    }
    if document.target != decision.target {
        return Work::Converge(format!("{} → {}", document.target, decision.target));
    }
    if let Some(command) = open.filter(|command| FINISHED_HERE.contains(command)) {
        return Work::Converge(format!("`ebb {command}` was cut off"));
    }
    let unfinished = document.ended.as_ref().filter(|ended| {
        ended.outcome != RunOutcome::Done && FINISHED_HERE.contains(&ended.command.as_str()) && open.is_none()
    });
    if let Some(ended) = unfinished {
        return Work::Converge(format!("the last `ebb {}` ended as {}", ended.command, ended.outcome));
    }
    settle
}

/// Returns the mistake of a schedule that names an endpoint which no stack of the environment has. All windows are looked at,
/// so that the mistake shows before one of them opens.
fn unknown_endpoint(
    environment: &Environment,
    kinds: &Registry,
    stack: &str,
    document: &StateDocument,
    names: &BTreeSet<String>,
) -> Option<String> {
    let schedule = environment.schedule(stack).filter(|_| !document.resources.is_empty())?;
    let own = endpoint_names(document, kinds);
    let named = schedule.windows().iter().flat_map(|window| window.capacity.keys().map(move |name| (window, name)));
    let (window, name) = named.into_iter().find(|(_, name)| !own.contains(*name) && !names.contains(*name))?;
    let near = did_you_mean(nearest(name, own.iter().map(String::as_str)));
    let known: Vec<_> = own.iter().cloned().collect();
    let known = if known.is_empty() { "it has none".to_owned() } else { format!("known: {}", known.join(", ")) };
    Some(format!(
        "the window `{}` has a capacity for `{name}`, and {stack} has no scaled endpoint of that name{near} ({known})",
        window.name
    ))
}
