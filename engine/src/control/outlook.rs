//! The rates of a stack to come: as the loop would decide until the end of the month.

use jiff::{SignedDuration, Timestamp};

use super::month::month;
use ebbtide::budget::{Outlook, Spend};
use ebbtide::cost::{AmountRange, Levels, Pricing, Standing};
use ebbtide::planner::awake;
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;
use ebbtide::schedule::{Course, CourseStretch, Decision, Idleness, Limit, Schedule, Situation, UnderWay};

/// The rates of a recorded stack, running and paused.
pub(super) struct Standings<'a> {
    document: &'a StateDocument,
    pricing: &'a Pricing<'a>,
    levels: Levels,
}

impl<'a> Standings<'a> {
    pub(super) fn new(document: &'a StateDocument, kinds: &Registry, pricing: &'a Pricing<'a>) -> Self {
        let levels = Levels::new(&Standing::declared(&awake(document, kinds).declarations()), kinds);
        Self { document, pricing, levels }
    }

    /// Returns the dollars of an hour under a decision. Scaling between bounds makes them a range.
    fn hourly(&self, decision: &Decision) -> Spend {
        let AmountRange { low, high } = self.levels.hourly(decision.target, &decision.capacity, self.pricing);
        Spend::of(low, if decision.reduce { low } else { high })
    }
}

/// Returns the stretches of time until the end of the month with their rates, as ticks would decide if nothing but time changes.
pub(super) fn outlook(
    standings: &Standings<'_>,
    (schedule, limit, rollout, lead): (Option<&Schedule>, Option<&Limit>, Option<&UnderWay>, SignedDuration),
    now: Timestamp,
) -> Vec<Outlook> {
    let (_, end) = month(now);
    let document = standings.document;
    let (hold, recorded) = (document.hold.as_ref(), document.target);
    let situation = Situation { schedule, hold, limit, rollout, idle: Idleness::default(), recorded, now, lead };
    let outlook = |stretch: CourseStretch| {
        let hours = stretch.end.duration_since(stretch.begin).as_secs_f64() / 3600.0;
        Outlook { hours, hourly: standings.hourly(&stretch.decision) }
    };
    Course::new(situation, end, end).map(outlook).collect()
}
