//! When a pause pays: a resume takes time that bills, and hours that were begun are billed as whole ones.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::Serialize;

use super::{Costs, Difference, Levels, Pricing, Rates};
use crate::plan::Target;
use crate::resource::Per;
use crate::schedule::Capacity;

/// The least time for which a pause pays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreakEven {
    /// The dollars that an hour of pause saves, with the least instances that scaling leaves.
    pub saved_hourly: Difference,
    /// The time of a resume, in milliseconds. It bills like a running stack, at most.
    pub resume_ms: i64,
    /// The dollars of one hour of the resources whose begun hours are billed as whole ones: so much is lost at most.
    pub begun_hours: Difference,
    /// The hours for which the stack is not needed from which on a pause pays, at the latest; `None` if it saves nothing, or if
    /// it is not known to save anything.
    pub hours: Option<f64>,
}

impl BreakEven {
    pub(super) fn new(levels: &Levels, lead: SignedDuration, pricing: &Pricing<'_>) -> Self {
        let [least, _] = levels.at(Target::Running, &Capacity::new());
        let less =
            |one: &Rates, two: &Rates| Costs::of(one, pricing).less(&Costs::of(two, pricing), &BTreeSet::new()).hourly;
        let saved = less(&least, levels.paused());
        let begun = less(&begun_hours(&least), &begun_hours(levels.paused()));
        let begun = if begun.is_exact() { Difference::exactly(begun.known.max(0.0)) } else { begun };
        let resume = lead.as_secs_f64().max(0.0) / 3600.0;
        // A begun hour is no dearer than the hour that a pause saves, of which it is a part.
        let lost = if begun.is_exact() { begun.known / saved.known } else { f64::max(1.0, begun.known / saved.known) };
        Self {
            saved_hourly: saved,
            resume_ms: i64::try_from(lead.as_millis()).unwrap_or(i64::MAX),
            begun_hours: begun,
            hours: (saved.known > 0.0 && !saved.may_be_less).then_some(resume + lost),
        }
    }
}

/// Returns the charges of begun hours alone.
fn begun_hours(rates: &Rates) -> Rates {
    let mut begun = rates.clone();
    for charges in begun.resources.values_mut() {
        charges.retain(|charge| matches!(charge.per, Per::BegunHour(_)));
    }
    begun
}
