//! The levels of a schedule, one after the other.

use jiff::Timestamp;

use super::level::Level;
use super::validated::Schedule;

/// A stretch of time in which the same windows decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) begin: Timestamp,
    /// `None` if no change is known.
    pub(super) end: Option<Timestamp>,
    pub(super) level: Level,
    /// The beginning of the deciding windows, if the stretch begins before it to be ready then.
    pub(super) ready_at: Option<Timestamp>,
}

/// Walks from one change of a window to the next.
pub(super) struct Sweep<'a> {
    pub(super) schedule: &'a Schedule,
    /// The last change that was looked at.
    pub(super) at: Timestamp,
    open: u64,
    /// The next change of each window.
    changes: Vec<Option<Timestamp>>,
    /// The changes that are left to be looked at. A window that closes and opens at once has changes that end no stretch.
    patience: usize,
    /// The instant after which no change is looked for.
    horizon: Timestamp,
    /// Whether there are changes that were not looked at, so that the end of the last stretch is not known.
    pub(super) gave_up: bool,
    level: Option<Level>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(schedule: &'a Schedule, from: Timestamp, patience: usize, horizon: Timestamp) -> Self {
        let changes = vec![Some(from); schedule.windows.len()];
        let mut sweep = Self { schedule, at: from, open: 0, changes, patience, horizon, gave_up: false, level: None };
        sweep.update();
        sweep.level = Some(sweep.level_now());
        sweep
    }

    /// Reads the windows that change at this instant.
    fn update(&mut self) {
        let calendar = &self.schedule.calendar;
        for (index, window) in self.schedule.windows.iter().enumerate() {
            if self.changes[index] != Some(self.at) {
                continue;
            }
            let end = window.times.end_at(calendar, self.at);
            self.open = self.open & !(1 << index) | u64::from(end.is_some()) << index;
            let change = end.or_else(|| window.times.next_begin(calendar, self.at));
            self.changes[index] = change.filter(|change| *change < Timestamp::MAX);
        }
    }

    fn level_now(&self) -> Level {
        Level::new(self.schedule, self.open, self.at)
    }
}

impl Iterator for Sweep<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let (begin, level) = (self.at, self.level.take()?);
        loop {
            let change = self.changes.iter().flatten().min().copied();
            let Some(at) = change.filter(|change| self.patience > 0 && *change <= self.horizon) else {
                self.gave_up = change.is_some_and(|change| change <= self.horizon);
                return Some(Stretch { begin, end: None, level, ready_at: None });
            };
            self.patience -= 1;
            self.at = at;
            self.update();
            let next = self.level_now();
            if next != level {
                self.level = Some(next);
                return Some(Stretch { begin, end: Some(at), level, ready_at: None });
            }
        }
    }
}
