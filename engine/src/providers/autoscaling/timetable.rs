//! The times at which a scheduled action runs, with the bounds that it sets.

use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{ScalableTargetAction, ScheduledAction as SdkScheduledAction};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::providers::numbers::unsigned;
use ebbtide::aws::autoscaling::ScheduledAction;
use ebbtide::resource::Phase;

/// A scheduled action without its name and target. Its serialized form is part of pause snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timetable {
    pub(super) schedule: String,
    /// None if none was given, which means UTC.
    pub(super) zone: Option<String>,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

impl Timetable {
    /// Returns the timetable of a declared action.
    pub(super) fn of<P: Phase>(action: &ScheduledAction<P>) -> Self {
        Self {
            schedule: action.schedule.clone(),
            zone: Some(action.zone.clone()),
            min: action.min,
            max: action.max,
            start: action.start,
            end: action.end,
        }
    }

    /// Reads the timetable of an action.
    pub(super) fn read(action: &SdkScheduledAction) -> Self {
        let change = action.scalable_target_action();
        let instant = |instant: &DateTime| Timestamp::from_second(instant.secs()).ok();
        Self {
            schedule: action.schedule().to_owned(),
            zone: action.timezone().filter(|zone| !zone.is_empty()).map(str::to_owned),
            min: change.and_then(ScalableTargetAction::min_capacity).map(unsigned),
            max: change.and_then(ScalableTargetAction::max_capacity).map(unsigned),
            start: action.start_time().and_then(instant),
            end: action.end_time().and_then(instant),
        }
    }

    /// Returns whether the action will not run any more: its one time, or its end, has passed.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.over_since(now).is_some()
    }

    /// Returns the time since which the action does not run any more.
    pub(super) fn over_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.end.into_iter().chain(self.only_time()).min().filter(|time| *time < now)
    }

    /// Returns the time of an action that runs once.
    fn only_time(&self) -> Option<Timestamp> {
        let time = self.schedule.strip_prefix("at(")?.strip_suffix(')')?.parse::<civil::DateTime>().ok()?;
        let zone = TimeZone::get(self.zone.as_deref().unwrap_or("UTC")).ok()?;
        zone.to_timestamp(time).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_over_after_its_only_time_and_after_its_end() {
        let of = |schedule: &str, zone: Option<&str>, end: Option<&str>| Timetable {
            schedule: schedule.to_owned(),
            zone: zone.map(str::to_owned),
            min: Some(1),
            max: None,
            start: None,
            end: end.map(|end| end.parse().unwrap()),
        };
        let now = "2026-12-24T17:30:00Z".parse().unwrap();
        assert!(!of("at(2026-12-24T18:00:00)", None, None).is_over(now));
        assert!(of("at(2026-12-24T18:00:00)", Some("Europe/Berlin"), None).is_over(now), "it is 17:00 in UTC");
        assert!(!of("rate(1 day)", None, None).is_over(now));
        assert!(of("rate(1 day)", None, Some("2026-12-24T17:00:00Z")).is_over(now));
    }
}
