//! The decision.

use jiff::{SignedDuration, Timestamp};

use super::bounds::Capacity;
use super::civil::{moved, within_reach};
use super::decision::{Cause, Decision};
use super::situation::{Hold, Idleness, LimitAction, Situation, UnderWay};
use super::sweep::Stretch;
use super::timeline::Timeline;
use super::validated::Schedule;
use crate::plan::Target;

/// The changes without effect that are looked through for the next one with an effect.
const PATIENCE: usize = 24;

/// Decides on the target of a stack and on the bounds of its endpoints. A decision is a function of the situation now: after
/// an outage, however long, it is the same as without one.
///
/// The first of these that applies decides: a destroyed stack stays destroyed; a hold that was made after the budget's limit;
/// a limit that pauses; a hold; idleness; the windows. Without a schedule and without all of these, the recorded target stays. Nothing of
/// that pauses a stack whose roll-out is under way.
pub fn decide(situation: &Situation<'_>) -> Decision {
    let now = within_reach(situation.now);
    if situation.recorded == Target::Destroyed {
        let reason = "the stack is destroyed; only `ebb apply` creates it".to_owned();
        return plain(Target::Destroyed, Cause::Recorded, reason, None);
    }
    let scheduled = situation.schedule.map(|schedule| scheduled(schedule, now, situation.lead));
    let hold = situation.hold.filter(|hold| hold.is_active(now));
    let limit = situation.limit.filter(|limit| hold.is_none_or(|hold| hold.since < limit.since));
    let mut decision = match (limit, hold) {
        (Some(limit), _) if limit.action == LimitAction::Pause => {
            plain(Target::Paused, Cause::Budget, limit.reason.clone(), None)
        }
        (_, Some(hold)) => held(hold, scheduled.as_ref().map(|scheduled| &scheduled.decision)),
        (_, None) => match &scheduled {
            Some(scheduled) => idle(situation, scheduled, now).unwrap_or_else(|| scheduled.until_idle(situation)),
            None => {
                let reason = "there is no schedule, so the stack stays as it is".to_owned();
                plain(situation.recorded, Cause::Recorded, reason, None)
            }
        },
    };
    if let Some(limit) = limit.filter(|limit| limit.action == LimitAction::Reduce && decision.target == Target::Running)
    {
        decision.reduce = true;
        decision.reason = format!("{}; {}", decision.reason, limit.reason);
        decision.cause = Cause::Budget;
    }
    if let Some(rollout) = under_way(situation, now).filter(|_| decision.target == Target::Paused) {
        let reason = format!("a roll-out is under way ({}), otherwise paused: {}", rollout.what, decision.reason);
        let until = decision.until.into_iter().chain(rollout.until).min();
        decision = plain(Target::Running, Cause::Rollout, reason, until);
    }
    decision.tzdb = situation.schedule.and_then(|schedule| schedule.tzdb().map(str::to_owned));
    decision
}

/// Returns the time without calls after which the stack is paused, if calls matter now: a window, or the default, would have it
/// run, and no hold or limit decides.
pub fn idle_limit(situation: &Situation<'_>) -> Option<SignedDuration> {
    let decision = decide(&Situation { idle: Idleness::default(), ..*situation });
    let by_schedule = matches!(decision.cause, Cause::Window(_) | Cause::Outside | Cause::Budget);
    let schedule = situation.schedule.filter(|_| by_schedule && decision.target == Target::Running)?;
    scheduled(schedule, within_reach(situation.now), situation.lead).idle.map(|(idle, _)| idle)
}

fn under_way<'a>(situation: &Situation<'a>, now: Timestamp) -> Option<&'a UnderWay> {
    situation.rollout.filter(|rollout| rollout.until.is_none_or(|until| now < until))
}

/// The decision of the windows.
struct Scheduled<'a> {
    schedule: &'a Schedule,
    decision: Decision,
    stretch: Stretch,
    /// The time without calls after which the stack is paused, and the instant from which it counts.
    idle: Option<(SignedDuration, Option<Timestamp>)>,
}

fn scheduled(schedule: &Schedule, now: Timestamp, lead: SignedDuration) -> Scheduled<'_> {
    let mut timeline = Timeline::patient(schedule, now, lead, PATIENCE);
    // There is a stretch at every instant.
    let outside = super::level::Level { target: schedule.default, deciding: 0 };
    let nothing = Stretch { begin: now, end: None, level: outside, ready_at: None };
    let stretch = timeline.next().unwrap_or(nothing);
    let mut following = timeline.take(PATIENCE);
    let until = following.find(|next| !next.level.acts_like(&stretch.level, schedule)).map(|next| next.begin);
    let decision = Decision {
        target: stretch.level.target,
        capacity: schedule.capacity(stretch.level.deciding),
        reduce: false,
        cause: stretch.level.window(schedule).map_or(Cause::Outside, |window| Cause::Window(window.name.clone())),
        reason: reason(schedule, &stretch),
        until,
        tzdb: None,
    };
    let idle = idle_after(schedule, &stretch, now);
    Scheduled { schedule, decision, stretch, idle }
}

/// Returns the reason of a stretch, in words.
pub(super) fn reason(schedule: &Schedule, stretch: &Stretch) -> String {
    let names = stretch.level.names(schedule);
    let verb = if stretch.level.deciding.count_ones() > 1 { "are" } else { "is" };
    match (stretch.level.deciding, stretch.ready_at) {
        (0, _) => "no window is open".to_owned(),
        (_, Some(at)) => {
            let local = at.to_zoned(schedule.zone().clone());
            format!("{names} {verb} to be ready at {}", local.strftime("%H:%M"))
        }
        (_, None) => format!("{names} {verb} open"),
    }
}

/// Returns the time without calls after which the stack is paused, and the instant from which it counts: windows that open
/// start it anew.
fn idle_after(schedule: &Schedule, stretch: &Stretch, now: Timestamp) -> Option<(SignedDuration, Option<Timestamp>)> {
    // A stack that comes up early is not called yet.
    if stretch.level.target != Target::Running || stretch.ready_at.is_some_and(|at| now < at) {
        return None;
    }
    let own = schedule.of(stretch.level.deciding).filter_map(|window| window.idle).min();
    let began = schedule.of(stretch.level.deciding).filter_map(|window| window.times.begin_at(&schedule.calendar, now));
    own.or(schedule.idle).map(|idle| (idle, began.max()))
}

impl Scheduled<'_> {
    /// Returns the instant at which the stack is idle for long enough, if it is not called until then.
    fn idle_at(&self, situation: &Situation<'_>) -> Option<Timestamp> {
        let ((idle, began), since) = (self.idle?, situation.idle.since?);
        Some(moved(began.map_or(since, |began| since.max(began)), idle))
    }

    /// Returns the decision of the windows, with the instant at which it may end by idleness.
    fn until_idle(&self, situation: &Situation<'_>) -> Decision {
        let until = self.decision.until.into_iter().chain(self.idle_at(situation)).min();
        Decision { until, ..self.decision.clone() }
    }
}

fn idle(situation: &Situation<'_>, scheduled: &Scheduled<'_>, now: Timestamp) -> Option<Decision> {
    let at = scheduled.idle_at(situation).filter(|at| *at <= now)?;
    let (idle, _) = scheduled.idle?;
    let since = moved(at, -idle).to_zoned(scheduled.schedule.zone().clone());
    let reason = format!("nothing called the stack since {}", since.strftime("%Y-%m-%d %H:%M"));
    // Another window starts the idle time anew.
    Some(plain(Target::Paused, Cause::Idle, reason, scheduled.stretch.end))
}

fn held(hold: &Hold, scheduled: Option<&Decision>) -> Decision {
    let running = scheduled.filter(|decision| decision.target == Target::Running && hold.target == Target::Running);
    let capacity = running.map(|decision| decision.capacity.clone()).unwrap_or_default();
    let until = running.and_then(|decision| decision.until).into_iter().chain([hold.until]).min();
    let reason = format!("held by {} until {}: {}", hold.by, hold.until.strftime("%Y-%m-%d %H:%M UTC"), hold.reason);
    Decision { capacity, ..plain(hold.target, Cause::Hold, reason, until) }
}

fn plain(target: Target, cause: Cause, reason: String, until: Option<Timestamp>) -> Decision {
    Decision { target, capacity: Capacity::new(), reduce: false, cause, reason, until, tzdb: None }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
