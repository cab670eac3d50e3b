//! The times at which a scheduled action runs, with the bounds that it sets.

use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{ScalableTargetAction, ScheduledAction as SdkScheduledAction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::providers::numbers::unsigned;
use ebbtide::aws::autoscaling::ScheduledAction;
use ebbtide::resource::Resolved;

/// A scheduled action without its name and target. Its serialized form is part of pause snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timetable {
    pub(super) schedule: String,
    pub(super) zone: String,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

impl Timetable {
    /// Returns the timetable of a declared action.
    pub(super) fn of(action: &ScheduledAction<Resolved>) -> Self {
        Self {
            schedule: action.schedule.clone(),
            zone: action.zone.clone(),
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
            zone: action.timezone().filter(|zone| !zone.is_empty()).unwrap_or("UTC").to_owned(),
            min: change.and_then(ScalableTargetAction::min_capacity).map(unsigned),
            max: change.and_then(ScalableTargetAction::max_capacity).map(unsigned),
            start: action.start_time().and_then(instant),
            end: action.end_time().and_then(instant),
        }
    }
}
