//! The decision on a roll-out at an instant.

use jiff::Timestamp;

use super::observed::{AlarmState, Observed, SeenAlarm};
use super::recorded::{Phase, Rollout};
use super::rules::{Rules, Trigger};

/// Shares that differ by less, in percent, are the same: AWS may round.
const SAME: f64 = 0.5;

/// The next act of a roll-out.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// None yet.
    Wait {
        /// The reason, in words.
        why: String,
        /// The instant from which on it is no reason any more, if it is known.
        until: Option<Timestamp>,
    },
    /// All traffic is taken back, for this reason.
    Back(String),
    /// The new side gets this percentage.
    Step(u8),
    /// A step that was begun before has taken effect.
    Taken(u8),
    /// The recorded percentage is set again: AWS has another one that was never meant.
    Set(u8),
    /// Somebody else gave the new side this percentage. No step follows by itself.
    Moved(f64),
    /// The last step has held.
    Done,
    /// The declaration splits no traffic any more, after the end.
    Closed,
}

/// Decides on a roll-out. A reason to take the traffic back comes first, and one step at most follows.
pub fn next(rollout: &Rollout, rules: &Rules, observed: &Observed, now: Timestamp) -> Next {
    let is_new = observed.generation != rollout.generation;
    match (&rollout.phase, observed.percent) {
        (Phase::Done { .. } | Phase::RolledBack { .. }, None) => return Next::Closed,
        (Phase::Done { .. }, Some(live)) => {
            let differs = is_new && !same(live, rollout.percent);
            return if differs { Next::Set(rollout.percent) } else { wait("it is done") };
        }
        (Phase::RolledBack { .. }, Some(live)) => {
            return if same(live, 0) { wait("it was rolled back") } else { Next::Set(0) };
        }
        (Phase::UnderWay | Phase::Held { .. }, _) => {}
    }
    if let Some(reason) = rules.rollback.iter().find_map(|trigger| reached(trigger, observed, now)) {
        return Next::Back(reason);
    }
    let Some(live) = observed.percent else { return wait(format!("{} does not split the traffic now", rollout.of)) };
    if let Some(moving) = rollout.moving.filter(|moving| same(live, *moving)) {
        return Next::Taken(moving);
    }
    if !same(live, rollout.percent) {
        return if is_new { Next::Set(rollout.percent) } else { Next::Moved(live) };
    }
    if let Phase::Held { by, reason, .. } = &rollout.phase {
        return wait(format!("held by {by}: {reason}"));
    }
    step(rollout, rules, observed, now)
}

/// Decides on the step that follows, or on the end.
fn step(rollout: &Rollout, rules: &Rules, observed: &Observed, now: Timestamp) -> Next {
    let unknown = rules.alarms().into_iter().find(|name| !observed.alarms.contains_key(*name));
    if let Some(name) = unknown {
        return wait(format!("there is no alarm `{name}`"));
    }
    let gates = || rules.gates.iter().filter_map(|name| Some((name, observed.alarms.get(name)?)));
    let shut: Vec<String> = gates().filter_map(|(name, alarm)| shut(name, alarm)).collect();
    if !shut.is_empty() {
        return wait(shut.join("; "));
    }
    let next = rules.after(rollout.percent);
    // A gate that was shut since the last step starts its time anew.
    let calm = gates().map(|(_, alarm)| alarm.since).max().unwrap_or(rollout.since).max(rollout.since);
    let due = calm.checked_add(next.map_or(rules.settling(), |step| step.wait)).unwrap_or(Timestamp::MAX);
    if now < due {
        let what = next.map_or_else(|| "the end".to_owned(), |step| format!("{} %", step.percent));
        return Next::Wait { why: format!("{what} is due at {due:.0} if all gates stay OK"), until: Some(due) };
    }
    let Some(next) = next else { return Next::Done };
    if let Some(why) = &observed.over_budget {
        return wait(why);
    }
    if rules.approve.contains(&next.percent) && !rollout.approved.contains(&next.percent) {
        return wait(format!("{} % waits for `ebb rollout approve`", next.percent));
    }
    Next::Step(next.percent)
}

/// Returns why a gate is shut, if it is.
fn shut(name: &str, alarm: &SeenAlarm) -> Option<String> {
    let since = alarm.since;
    match alarm.state {
        AlarmState::Ok if alarm.lenient => Some(format!(
            "gate {name} takes missing data for good: set `missing_data` of the alarm to missing or breaching"
        )),
        AlarmState::Ok => None,
        AlarmState::Alarm => Some(format!("gate {name} is raised since {since:.0}")),
        AlarmState::InsufficientData => Some(format!("gate {name} has no data since {since:.0}")),
    }
}

/// Returns the reason to take the traffic back, if a trigger is reached.
fn reached(trigger: &Trigger, observed: &Observed, now: Timestamp) -> Option<String> {
    match trigger {
        Trigger::Alarm { name, length } => {
            let alarm = observed.alarms.get(name).filter(|alarm| alarm.state == AlarmState::Alarm)?;
            let raised = now.duration_since(alarm.since);
            (raised >= *length).then(|| format!("alarm {name} is raised since {:.0}", alarm.since))
        }
        Trigger::Cost { share, days } => {
            let cost = observed.costs.get(days).filter(|cost| *cost > share)?;
            let (cost, share) = (cost * 100.0, share * 100.0);
            Some(format!("the last {days} days cost {cost:.0} % of the budget, more than {share:.0} %"))
        }
    }
}

fn same(live: f64, percent: u8) -> bool {
    (live - f64::from(percent)).abs() < SAME
}

fn wait(why: impl Into<String>) -> Next {
    Next::Wait { why: why.into(), until: None }
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
