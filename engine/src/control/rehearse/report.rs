//! The report of a rehearsal.

use jiff::Timestamp;
use serde::Serialize;

use crate::control::{Outcome, StackReport, Work};
use ebbtide::cost::Amount;
use ebbtide::plan::Target;
use ebbtide::schedule::Capacity;

/// The report of a rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rehearsed {
    /// The stack.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// The version of the time-zone data of the decisions.
    pub tzdb: Option<String>,
    /// The beginning.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
    /// When the stack was up for the first time.
    pub up: Timestamp,
    /// The transitions, as they happened.
    pub transitions: Vec<RehearsedTransition>,
    /// The hours by target.
    pub hours: RehearsalHours,
    /// The dollars by the meter of the cloud.
    pub cost: Bill,
    /// The number of transitions that failed.
    pub failures: usize,
    /// Whether the stack is as the schedule says at the end.
    pub converged: bool,
}

/// A transition, as it happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedTransition {
    /// When it was due by the schedule.
    pub planned: Timestamp,
    /// When the loop began to act.
    pub acted: Timestamp,
    /// When the loop had finished: everything is ready, or gone.
    pub ready: Timestamp,
    /// The target.
    pub target: Target,
    /// The bounds of endpoints, by name.
    pub capacity: Capacity,
    /// The reason of the decision.
    pub reason: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The work, or the error, in words.
    pub message: Option<String>,
    /// How often the loop tried, with the same outcome each time.
    pub attempts: usize,
}

impl RehearsedTransition {
    /// Returns whether another attempt came to the same end.
    fn is_like(&self, other: &Self) -> bool {
        (self.target, self.outcome, &self.message) == (other.target, other.outcome, &other.message)
    }
}

/// The hours of a rehearsal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RehearsalHours {
    /// The hours in which the stack ran.
    pub running: f64,
    /// The hours in which it was paused.
    pub paused: f64,
    /// The hours in which it came up, went down, changed its capacities, or was stuck after a failure.
    pub changing: f64,
}

/// The dollars of a rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bill {
    /// The sum.
    pub total: Amount,
    /// The items, by name.
    pub items: Vec<BilledItem>,
}

/// The dollars for one item of the price book.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BilledItem {
    /// The item of the price book.
    pub item: String,
    /// The quantity, by the meter.
    pub quantity: f64,
    /// The unit of the quantity, as AWS's bill has it.
    pub unit: &'static str,
    /// The dollars.
    pub cost: Amount,
}

impl BilledItem {
    pub(super) fn new(item: String, unit: &'static str) -> Self {
        Self { item, quantity: 0.0, unit, cost: Amount::ZERO }
    }
}

/// Notes a rehearsal as it goes.
pub(super) struct Log {
    from: Timestamp,
    to: Timestamp,
    up: Timestamp,
    /// The instant up to which hours are counted, and the target since then; `None` if it is not reached.
    counted: (Timestamp, Option<Target>),
    /// When the decision may change next.
    due: Option<Timestamp>,
    /// When the transition was due that has not succeeded yet.
    pending: Option<Timestamp>,
    hours: RehearsalHours,
    tzdb: Option<String>,
    transitions: Vec<RehearsedTransition>,
}

impl Log {
    /// Creates the log of a rehearsal whose stack came up between the beginning and an instant.
    pub(super) fn new((from, to): (Timestamp, Timestamp), up: Timestamp) -> Self {
        let hours = RehearsalHours { changing: hours(from, up.min(to)), ..RehearsalHours::default() };
        let (counted, pending) = ((up, Some(Target::Running)), Some(from));
        Self { from, to, up, counted, due: None, pending, hours, tzdb: None, transitions: Vec::new() }
    }

    /// Returns when the decision may change next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Returns whether the last look left something to do.
    pub(super) fn has_work(&self) -> bool {
        self.pending.is_some()
    }

    /// Notes a look between two instants. Returns the transition, if there was one that differs from the one before.
    pub(super) fn note(&mut self, report: &StackReport, at: Timestamp, end: Timestamp) -> Option<&RehearsedTransition> {
        if let Some(due) = self.due.filter(|due| *due <= at) {
            self.pending = Some(due);
        }
        if let Some(decision) = &report.decision {
            self.due = decision.until;
            self.tzdb.clone_from(&decision.tzdb);
        }
        let planned = self.pending.unwrap_or(at);
        let reached = report.look.as_deref().filter(|look| look.work == Work::None).map(|look| look.document.target);
        self.count(at);
        self.hours.changing += hours(at.min(self.to), end.min(self.to));
        self.counted = (end, reached);
        self.pending = if reached.is_some() { None } else { Some(planned) };
        if !is_transition(report) {
            return None;
        }
        let decision = report.decision.as_ref();
        let transition = RehearsedTransition {
            planned,
            acted: at,
            ready: end,
            target: decision.map_or(Target::Running, |decision| decision.target),
            capacity: decision.map(|decision| decision.capacity.clone()).unwrap_or_default(),
            reason: decision.map_or_else(|| "the record cannot be read".to_owned(), |decision| decision.reason.clone()),
            outcome: report.outcome,
            message: report.message.clone(),
            attempts: 1,
        };
        let is_of_every_look = report.look.as_deref().is_none_or(|look| look.mistake.is_some());
        match self.transitions.last_mut() {
            // A mistake of the schedule stands in the way at every look, and is reported with each transition.
            Some(last) if report.run.is_none() && is_of_every_look && last.is_like(&transition) => None,
            Some(last) if last.planned == planned && last.is_like(&transition) => {
                (last.ready, last.attempts) = (end, last.attempts + 1);
                None
            }
            _ => {
                self.transitions.push(transition);
                self.transitions.last()
            }
        }
    }

    /// Counts the hours until an instant.
    fn count(&mut self, until: Timestamp) {
        let (since, target) = self.counted;
        let length = hours(since.min(self.to), until.min(self.to));
        match target {
            Some(Target::Running) => self.hours.running += length,
            Some(Target::Paused | Target::Destroyed) => self.hours.paused += length,
            None => self.hours.changing += length,
        }
        self.counted.0 = until;
    }

    /// Ends the log.
    pub(super) fn end(mut self, stack: String, environment: &str, cost: Bill) -> Rehearsed {
        self.count(self.to.max(self.counted.0));
        let failures = self.transitions.iter().filter(|transition| transition.outcome == Outcome::Failed).count();
        Rehearsed {
            stack,
            environment: environment.to_owned(),
            tzdb: self.tzdb,
            from: self.from,
            to: self.to,
            up: self.up,
            transitions: self.transitions,
            hours: self.hours,
            cost,
            failures,
            converged: self.counted.1.is_some(),
        }
    }
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3600.0
}

/// Returns whether a look did something, or should have.
fn is_transition(report: &StackReport) -> bool {
    !matches!(report.outcome, Outcome::Nothing | Outcome::WouldAct)
}
