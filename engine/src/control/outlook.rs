//! The rates of a stack to come: as the loop would decide until the end of the month.

use jiff::{SignedDuration, Timestamp};

use ebbtide::budget::{Outlook, Spend};
use ebbtide::cost::{AmountRange, Levels, Pricing, Standing};
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;
use ebbtide::schedule::{Decision, Idleness, Limit, Schedule, Situation, decide};

/// The stretches of a month that are looked at. A schedule that changes more often is followed that far, and goes on as it is.
const MOST_STRETCHES: usize = 2000;

/// The rates of a recorded stack, running and paused.
pub(super) struct Standings<'a> {
    document: &'a StateDocument,
    pricing: &'a Pricing<'a>,
    levels: Levels,
}

impl<'a> Standings<'a> {
    pub(super) fn new(document: &'a StateDocument, kinds: &Registry, pricing: &'a Pricing<'a>) -> Self {
        let levels = Levels::new(&Standing::declared(&document.declarations()), kinds);
        Self { document, pricing, levels }
    }

    /// Returns the dollars of an hour under a decision. Scaling between bounds makes them a range.
    fn hourly(&self, decision: &Decision) -> Spend {
        let AmountRange { low, high } = self.levels.hourly(decision.target, &decision.capacity, self.pricing);
        Spend::of(low, if decision.reduce { low } else { high })
    }
}

/// Returns the stretches of time until an instant with their rates, as ticks would decide if nothing but time changes.
pub(super) fn outlook(
    standings: &Standings<'_>,
    (schedule, limit, lead): (Option<&Schedule>, Option<&Limit>, SignedDuration),
    now: Timestamp,
    end: Timestamp,
) -> Vec<Outlook> {
    let document = standings.document;
    let mut stretches = Vec::new();
    let mut at = now;
    let mut recorded = document.target;
    while at < end {
        let decision = decide(&Situation {
            schedule,
            hold: document.hold.as_ref(),
            limit,
            idle: Idleness::default(),
            recorded,
            now: at,
            lead,
        });
        recorded = decision.target;
        let next = decision.until.filter(|until| *until > at && stretches.len() < MOST_STRETCHES);
        let to = next.map_or(end, |until| until.min(end));
        let hours = to.duration_since(at).as_secs_f64() / 3600.0;
        stretches.push(Outlook { hours, hourly: standings.hourly(&decision) });
        at = to;
    }
    stretches
}
