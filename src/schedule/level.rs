//! The state that windows ask for at an instant.

use jiff::Timestamp;

use super::bounds::Bounds;
use super::validated::Schedule;
use super::window::Window;
use crate::plan::Target;

/// The windows that decide at an instant, and their target. No window decides outside of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) target: Target,
    /// Bits of windows that agree.
    pub(super) deciding: u64,
}

impl Level {
    /// Returns the level where these windows are open.
    pub(super) fn new(schedule: &Schedule, open: u64, now: Timestamp) -> Self {
        let Some(priority) = schedule.of(open).map(|window| window.priority).max() else {
            return Self { target: schedule.default, deciding: 0 };
        };
        let highest = |index: u32| open >> index & 1 == 1 && schedule.windows[index as usize].priority == priority;
        let count = u32::try_from(schedule.windows.len()).unwrap_or(64);
        let mut deciding = (0..count).filter(|index| highest(*index)).fold(0, |bits, index| bits | 1 << index);
        // Windows that only touch overlap in an hour that a clock repeats: the one that began last has it.
        if !agree(schedule, deciding) {
            let began = |index: &u32| {
                let window = &schedule.windows[*index as usize];
                (window.times.begin_at(&schedule.calendar, now), std::cmp::Reverse(*index))
            };
            let last = (0..count).filter(|index| deciding >> index & 1 == 1).max_by_key(began).unwrap_or(0);
            let leading = &schedule.windows[last as usize];
            let agreeing =
                |index: &u32| deciding >> index & 1 == 1 && !schedule.windows[*index as usize].disagrees(leading);
            let kept = (0..count).filter(agreeing).fold(1 << last, |bits, index| bits | 1 << index);
            deciding = if agree(schedule, kept) { kept } else { 1 << last };
        }
        let target = schedule.of(deciding).next().map_or(schedule.default, |window| window.target);
        Self { target, deciding }
    }

    /// Returns whether the stack is the same in another level: the same target, and the same bounds.
    pub(super) fn acts_like(&self, other: &Self, schedule: &Schedule) -> bool {
        let same = self.deciding == other.deciding;
        self.target == other.target
            && (same
                || self.target == Target::Paused
                || bounds(schedule, self.deciding) == bounds(schedule, other.deciding))
    }

    /// Returns the names of the deciding windows, for people.
    pub(super) fn names(&self, schedule: &Schedule) -> String {
        let names: Vec<_> = schedule.of(self.deciding).map(|window| format!("`{}`", window.name)).collect();
        names.join(" and ")
    }

    /// Returns the name of the first deciding window.
    pub(super) fn window<'a>(&self, schedule: &'a Schedule) -> Option<&'a Window> {
        schedule.of(self.deciding).next()
    }
}

/// Returns the bounds that windows ask for together, sorted. Copies would take most of the time of a decision.
fn bounds(schedule: &Schedule, deciding: u64) -> Vec<(&String, &Bounds)> {
    let mut bounds: Vec<_> = schedule.of(deciding).flat_map(|window| &window.capacity).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

fn agree(schedule: &Schedule, deciding: u64) -> bool {
    if deciding.count_ones() < 2 {
        return true;
    }
    let windows: Vec<&Window> = schedule.of(deciding).collect();
    windows.iter().enumerate().all(|(index, one)| windows[..index].iter().all(|other| !one.disagrees(other)))
}
