//! The levels of a schedule, with early starts.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::civil::moved;
use super::sweep::{Stretch, Sweep};
use super::validated::Schedule;
use crate::plan::Target;

/// The stretches that are looked through for the end of a pause.
const PAUSED: usize = 64;

/// The stretches of a schedule. A window with `ready` begins earlier, by the lead, where the stack would be paused.
pub(super) struct Timeline<'a> {
    sweep: Sweep<'a>,
    lead: SignedDuration,
    ahead: VecDeque<Stretch>,
    /// Whether the first stretch was returned. There always is one.
    begun: bool,
}

impl<'a> Timeline<'a> {
    /// Looks at so many changes of windows.
    pub(super) fn patient(schedule: &'a Schedule, from: Timestamp, lead: SignedDuration, patience: usize) -> Self {
        Self::new(schedule, lead, Sweep::new(schedule, from, patience, Timestamp::MAX))
    }

    /// Looks at all changes of windows until an instant.
    pub(super) fn until(schedule: &'a Schedule, from: Timestamp, lead: SignedDuration, until: Timestamp) -> Self {
        Self::new(schedule, lead, Sweep::new(schedule, from, usize::MAX, until))
    }

    fn new(schedule: &'a Schedule, lead: SignedDuration, sweep: Sweep<'a>) -> Self {
        let any = schedule.windows.iter().any(|window| window.ready);
        let lead = if any { lead.max(SignedDuration::ZERO) } else { SignedDuration::ZERO };
        Self { sweep, lead, ahead: VecDeque::new(), begun: false }
    }

    /// Moves the boundary between a pause and the run after it.
    fn start_early(&mut self, pause: Stretch) {
        let schedule = self.sweep.schedule;
        let mut stretches = vec![pause];
        while let Some(end) = stretches.last().and_then(|last| last.end)
            && stretches.len() < PAUSED
        {
            let Some(mut next) = self.sweep.next() else { break };
            if next.level.target != Target::Running {
                stretches.push(next);
                continue;
            }
            if schedule.of(next.level.deciding).any(|window| window.ready) {
                next.begin = moved(end, -self.lead).max(pause.begin);
                next.ready_at = Some(end);
                stretches.retain(|stretch| stretch.begin < next.begin);
                if let Some(last) = stretches.last_mut() {
                    last.end = Some(next.begin);
                }
            }
            stretches.push(next);
            break;
        }
        // Of a pause whose end is unknown, only the part is known that lies more than the lead before the last change looked at.
        if self.sweep.gave_up && self.begun && stretches.iter().all(|stretch| stretch.level.target != Target::Running) {
            stretches.retain(|stretch| moved(stretch.begin, self.lead) < self.sweep.at);
        }
        self.ahead.extend(stretches);
    }
}

impl Iterator for Timeline<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        if let Some(stretch) = self.ahead.pop_front() {
            return Some(stretch);
        }
        let stretch = self.sweep.next()?;
        if stretch.level.target == Target::Running || self.lead.is_zero() {
            self.begun = true;
            return Some(stretch);
        }
        self.start_early(stretch);
        self.begun = true;
        self.ahead.pop_front()
    }
}
