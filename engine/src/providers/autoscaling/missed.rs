//! Scheduled actions whose time comes while AWS does not have them: their bounds are set as if they had run.

use aws_sdk_applicationautoscaling::types::ScalableTarget;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action_calls::actions;
use super::last_run::last_run;
use super::target_calls::{Settings, read_suspended, register, target};
use super::timetable::Timetable;
use crate::providers::numbers::unsigned;
use crate::sdk::{Context, Error};

/// The bounds of a target, least and most.
pub(super) type Bounds = (u32, u32);

/// The pause snapshot of a scheduled action. AWS deletes the action with its target, so that nothing runs during a pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Missed {
    /// The instant from which AWS may not have the action.
    since: Timestamp,
    /// The bounds of the target at that instant.
    min: u32,
    max: u32,
}

impl Missed {
    /// Returns the snapshot of the actions of a resource; `None` if no target is registered for it.
    pub(super) async fn from_now_on(context: &Context, resource: &str) -> Result<Option<Self>, Error> {
        let Some(target) = target(context, resource).await? else { return Ok(None) };
        let (min, max) = bounds(&target);
        Ok(Some(Self { since: context.aws.now(), min, max }))
    }

    /// Sets the bounds that the actions of a resource would have set since then, unless the target has others by a declaration.
    /// Returns whether it set any: another action may be back only now, so that they have to be looked at again.
    pub(super) async fn catch_up(&self, context: &Context, resource: &str) -> Result<bool, Error> {
        let Some(target) = target(context, resource).await? else { return Ok(false) };
        if read_suspended(&target).scheduled {
            return Ok(false);
        }
        let timetables: Vec<_> = actions(context, resource, None).await?.iter().map(Timetable::read).collect();
        let present = bounds(&target);
        let wanted = after_runs(&timetables, (self.min, self.max), self.since, context.aws.now());
        let Some((min, max)) = wanted.filter(|wanted| *wanted != present && self.explains(present, &timetables)) else {
            return Ok(false);
        };
        let settings = Settings { min: Some(min), max: Some(max), suspended: None };
        register(context, resource, target.scalable_dimension().clone(), settings, None).await?;
        Ok(true)
    }

    /// Returns whether bounds are those of before, or set by actions. Others were declared meanwhile.
    fn explains(&self, (min, max): Bounds, actions: &[Timetable]) -> bool {
        let least = min == self.min || actions.iter().any(|when| when.min == Some(min));
        let most = max == self.max || actions.iter().any(|when| when.max == Some(max));
        least && most
    }
}

/// Returns the bounds after the runs of actions in a time, in their order; `None` if none ran, or if the bounds would
/// contradict each other.
pub(super) fn after_runs<'a>(
    actions: impl IntoIterator<Item = &'a Timetable>,
    (min, max): Bounds,
    since: Timestamp,
    now: Timestamp,
) -> Option<Bounds> {
    let run = |when: &'a Timetable| {
        let since = when.start.map_or(since, |start| start.max(since));
        let until = when.end.map_or(now, |end| end.min(now));
        last_run(&when.schedule, when.zone.as_deref(), since, until).map(|at| (at, when))
    };
    let mut runs: Vec<_> = actions.into_iter().filter_map(run).collect();
    runs.sort_by_key(|(at, _)| *at);
    let set = |(min, max): Bounds, when: &Timetable| (when.min.unwrap_or(min), when.max.unwrap_or(max));
    let after = (!runs.is_empty()).then(|| runs.into_iter().fold((min, max), |bounds, (_, when)| set(bounds, when)));
    after.filter(|(min, max)| min <= max)
}

/// Returns the bounds of a target, least and most.
pub(super) fn bounds(target: &ScalableTarget) -> Bounds {
    (unsigned(target.min_capacity()), unsigned(target.max_capacity()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(schedule: &str, min: Option<u32>, max: Option<u32>) -> Timetable {
        Timetable { schedule: schedule.to_owned(), zone: None, min, max, start: None, end: None }
    }

    #[test]
    fn actions_set_their_bounds_in_the_order_of_their_runs() {
        let (since, now) = ("2026-11-20T06:00:00Z".parse().unwrap(), "2026-11-20T20:00:00Z".parse().unwrap());
        let after = |actions: &[Timetable]| after_runs(actions, (1, 4), since, now);
        let (morning, evening) = ("at(2026-11-20T08:00:00)", "at(2026-11-20T18:00:00)");
        let night = action("at(2026-11-20T22:00:00)", Some(0), Some(0));
        assert_eq!(after(std::slice::from_ref(&night)), None, "its time is to come");
        let both = [action(evening, Some(1), Some(1)), action(morning, Some(2), Some(10)), night];
        assert_eq!(after(&both), Some((1, 1)));
        // Each bound is that of the last action that sets it.
        assert_eq!(after(&[action(morning, Some(5), None), action(evening, None, Some(8))]), Some((5, 8)));
        assert_eq!(after(&[action(morning, Some(5), None)]), None, "the least is above the most");
        let ended = Timetable { end: Some("2026-11-20T07:00:00Z".parse().unwrap()), ..action(morning, Some(2), None) };
        assert_eq!(after(&[ended]), None);
    }
}
