//! The report of a rehearsal.

use jiff::Timestamp;
use serde::Serialize;

use super::is_transition;
use crate::control::{Outcome, StackReport};
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
}

/// The hours of a rehearsal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RehearsalHours {
    /// The hours in which the stack ran.
    pub running: f64,
    /// The hours in which it was paused.
    pub paused: f64,
    /// The hours in which it came up, went down, or changed its capacities.
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
    up: Timestamp,
    /// The instant up to which hours are counted, and the target then.
    counted: (Timestamp, Target),
    /// When the decision may change next.
    due: Option<Timestamp>,
    /// When the transition was due that has not succeeded yet.
    pending: Option<Timestamp>,
    hours: RehearsalHours,
    tzdb: Option<String>,
    transitions: Vec<RehearsedTransition>,
}

impl Log {
    /// Creates the log of a rehearsal whose stack came up between two instants.
    pub(super) fn new(from: Timestamp, up: Timestamp) -> Self {
        let hours = RehearsalHours { changing: hours(from, up), ..RehearsalHours::default() };
        let (counted, pending) = ((up, Target::Running), Some(from));
        Self { from, up, counted, due: None, pending, hours, tzdb: None, transitions: Vec::new() }
    }

    /// Returns when the decision may change next.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Returns whether the last look left something to do.
    pub(super) fn has_work(&self) -> bool {
        self.pending.is_some()
    }

    /// Notes a look between two instants. Returns the transition, if there was one.
    pub(super) fn note(&mut self, report: &StackReport, at: Timestamp, end: Timestamp) -> Option<&RehearsedTransition> {
        let Some(decision) = &report.decision else { return self.failed(report, at, end) };
        if let Some(due) = self.due.filter(|due| *due <= at) {
            self.pending.get_or_insert(due);
        }
        self.due = decision.until;
        self.tzdb.clone_from(&decision.tzdb);
        if !is_transition(report) {
            self.pending = None;
            return None;
        }
        // What stands in the way at every look, such as a mistake of the schedule, is reported once.
        let said = self.transitions.last().is_some_and(|last| {
            report.run.is_none() && last.outcome == report.outcome && last.message == report.message
        });
        if said {
            return None;
        }
        let planned = self.pending.unwrap_or(at);
        self.count(at);
        self.hours.changing += hours(at, end);
        self.counted = (end, report.look.as_ref().map_or(decision.target, |look| look.document.target));
        if report.outcome == Outcome::Acted {
            self.pending = None;
        } else {
            self.pending.get_or_insert(planned);
        }
        self.transitions.push(RehearsedTransition {
            planned,
            acted: at,
            ready: end,
            target: decision.target,
            capacity: decision.capacity.clone(),
            reason: decision.reason.clone(),
            outcome: report.outcome,
            message: report.message.clone(),
        });
        self.transitions.last()
    }

    /// Notes a look that could not read the record.
    fn failed(&mut self, report: &StackReport, at: Timestamp, end: Timestamp) -> Option<&RehearsedTransition> {
        self.transitions.push(RehearsedTransition {
            planned: at,
            acted: at,
            ready: end,
            target: self.counted.1,
            capacity: Capacity::default(),
            reason: "the record cannot be read".to_owned(),
            outcome: report.outcome,
            message: report.message.clone(),
        });
        self.transitions.last()
    }

    /// Counts the hours until an instant.
    fn count(&mut self, until: Timestamp) {
        let (since, target) = self.counted;
        match target {
            Target::Running => self.hours.running += hours(since, until),
            Target::Paused | Target::Destroyed => self.hours.paused += hours(since, until),
        }
        self.counted.0 = until;
    }

    /// Ends the log.
    pub(super) fn end(mut self, stack: String, environment: &str, to: Timestamp, cost: Bill) -> Rehearsed {
        self.count(to.max(self.counted.0));
        let failures = self.transitions.iter().filter(|transition| transition.outcome == Outcome::Failed).count();
        Rehearsed {
            stack,
            environment: environment.to_owned(),
            tzdb: self.tzdb,
            from: self.from,
            to,
            up: self.up,
            transitions: self.transitions,
            hours: self.hours,
            cost,
            failures,
        }
    }
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3600.0
}
