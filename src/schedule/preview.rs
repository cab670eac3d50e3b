//! Previews: the transitions to come, and the hours.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};
use serde::Serialize;

use super::bounds::Capacity;
use super::civil::{moved, within_reach};
use super::decide::reason;
use super::sweep::Stretch;
use super::timeline::Timeline;
use super::validated::Schedule;
use crate::plan::Target;

/// The transitions of a schedule over some days, without holds, budgets and idleness.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The beginning.
    pub from: Timestamp,
    /// The end: as many local days later, so that a day may have 23 or 25 hours.
    pub to: Timestamp,
    /// The state at the beginning.
    pub start: Transition,
    /// The changes of the target or of the capacity.
    pub transitions: Vec<Transition>,
    /// The stretches of time in which the same windows decide, without gaps.
    pub stretches: Vec<PreviewStretch>,
    /// The hours.
    pub hours: Hours,
}

/// A change of the target or of the capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The instant.
    pub at: Timestamp,
    /// The same in the time zone of the schedule.
    pub local: Zoned,
    /// The target from then on.
    pub target: Target,
    /// The bounds of endpoints from then on.
    pub capacity: Capacity,
    /// The first window that decides.
    pub window: Option<String>,
    /// The reason in words.
    pub reason: String,
}

/// A stretch of time in which the same windows decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewStretch {
    /// The beginning.
    pub begin: Timestamp,
    /// The end.
    pub end: Timestamp,
    /// The target.
    pub target: Target,
    /// The bounds of endpoints.
    pub capacity: Capacity,
    /// The windows that decide.
    pub windows: Vec<String>,
    /// The beginning of the windows, if the stretch begins before it so that the stack is ready then.
    pub ready_at: Option<Timestamp>,
    /// The time without calls after which the stack would be paused.
    pub idle: Option<SignedDuration>,
}

/// Hours by target and by window.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Hours {
    /// The hours in which the stack runs.
    pub running: f64,
    /// The hours in which it is paused.
    pub paused: f64,
    /// The hours in which a window decides; those of windows that decide together count for each.
    pub windows: BTreeMap<String, f64>,
}

/// Returns the transitions of so many local days. `lead` is the time that the stack needs to come up, for windows that are to be
/// ready.
pub fn preview(schedule: &Schedule, from: Timestamp, days: u32, lead: SignedDuration) -> Preview {
    let from = within_reach(from);
    let local = from.to_zoned(schedule.zone().clone());
    let to = local.checked_add(i64::from(days).days()).map_or(from, |end| end.timestamp());
    let mut transitions = Vec::new();
    let mut stretches = Vec::new();
    let mut hours = Hours::default();
    let mut before: Option<Stretch> = None;
    for stretch in Timeline::until(schedule, from, lead, moved(to, lead)) {
        if stretch.begin >= to && before.is_some() {
            break;
        }
        if before.is_none_or(|before| !before.level.acts_like(&stretch.level, schedule)) {
            transitions.push(transition(schedule, &stretch));
        }
        let shown = shown(schedule, &stretch, to);
        hours.count(&shown);
        stretches.push(shown);
        before = Some(stretch);
    }
    let start = transitions.remove(0);
    Preview { from, to, start, transitions, stretches, hours }
}

fn transition(schedule: &Schedule, stretch: &Stretch) -> Transition {
    Transition {
        at: stretch.begin,
        local: stretch.begin.to_zoned(schedule.zone().clone()),
        target: stretch.level.target,
        capacity: schedule.capacity(stretch.level.deciding),
        window: stretch.level.window(schedule).map(|window| window.name.clone()),
        reason: reason(schedule, stretch),
    }
}

fn shown(schedule: &Schedule, stretch: &Stretch, to: Timestamp) -> PreviewStretch {
    let deciding = || schedule.of(stretch.level.deciding);
    let runs = stretch.level.target == Target::Running;
    PreviewStretch {
        begin: stretch.begin,
        end: stretch.end.map_or(to, |end| end.min(to)),
        target: stretch.level.target,
        capacity: schedule.capacity(stretch.level.deciding),
        windows: deciding().map(|window| window.name.clone()).collect(),
        ready_at: stretch.ready_at.filter(|at| stretch.begin < *at),
        idle: deciding().filter_map(|window| window.idle).min().or(schedule.idle).filter(|_| runs),
    }
}

impl Hours {
    fn count(&mut self, stretch: &PreviewStretch) {
        let hours = stretch.end.duration_since(stretch.begin).as_secs_f64() / 3600.0;
        match stretch.target {
            Target::Running => self.running += hours,
            Target::Paused | Target::Destroyed => self.paused += hours,
        }
        for window in &stretch.windows {
            *self.windows.entry(window.clone()).or_default() += hours;
        }
    }
}
