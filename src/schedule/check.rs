//! Whether expectations hold.

use jiff::{Timestamp, Zoned};

use super::bounds::{Bounds, Capacity};
use super::decide::decide;
use super::expectation::Expectation;
use super::situation::Situation;
use super::validated::Schedule;
use crate::plan::Target;

/// An expectation, and the state that the schedule has then.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The number of the expectation in the file, counted from 0.
    pub index: usize,
    /// The instant.
    pub at: Timestamp,
    /// The same in the time zone of the schedule.
    pub local: Zoned,
    /// The expected target.
    pub target: Target,
    /// The expected bounds.
    pub capacity: Option<Capacity>,
    /// The target of the schedule.
    pub found: Target,
    /// The bounds of the schedule.
    pub found_capacity: Capacity,
    /// The reason of the schedule, in words.
    pub reason: String,
}

impl Verdict {
    /// Returns whether the expectation holds: the target is the same, and so are the bounds of each expected endpoint.
    pub fn holds(&self) -> bool {
        let same = |(name, bounds): (&String, &Bounds)| self.found_capacity.get(name) == Some(bounds);
        self.found == self.target && self.capacity.iter().flatten().all(same)
    }
}

/// Compares the expectations of a schedule with its decisions, without early starts.
pub fn check(schedule: &Schedule) -> Vec<Verdict> {
    let verdict = |(index, expected): (usize, &Expectation)| {
        let decision = decide(&Situation::scheduled(schedule, expected.at));
        Verdict {
            index,
            at: expected.at,
            local: expected.at.to_zoned(schedule.zone().clone()),
            target: expected.target,
            capacity: expected.capacity.clone(),
            found: decision.target,
            found_capacity: decision.capacity,
            reason: decision.reason,
        }
    };
    schedule.expectations.iter().enumerate().map(verdict).collect()
}
