//! When a pause pays: a resume takes time that bills, and hours that were begun are billed as whole ones.

use jiff::SignedDuration;
use serde::Serialize;

use super::{Amount, Costs, Levels, Pricing, Rates};
use crate::plan::Target;
use crate::resource::Per;
use crate::schedule::Capacity;

/// The least time for which a pause pays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreakEven {
    /// The dollars that an hour of pause saves, with the least instances that scaling leaves.
    pub saved_hourly: Amount,
    /// The time of a resume, in milliseconds. It bills like a running stack, at most.
    pub resume_ms: i64,
    /// The dollars of one hour of the resources whose begun hours are billed as whole ones: so much is lost at most.
    pub begun_hours: Amount,
    /// The hours for which the stack is not needed from which on a pause pays; `None` if it saves nothing.
    pub hours: Option<f64>,
}

impl BreakEven {
    pub(super) fn new(levels: &Levels, lead: SignedDuration, pricing: &Pricing<'_>) -> Self {
        let [least, _] = levels.at(Target::Running, &Capacity::new());
        let hourly = |rates| Costs::of(rates, pricing).total.hourly;
        let (before, after) = (hourly(&least), hourly(levels.paused()));
        let saved = before.known() - after.known();
        let whole = |rates: &Rates| Costs::of(&begun_hours(rates), pricing).total.hourly.known();
        let begun = (whole(&least) - whole(levels.paused())).max(0.0);
        let resume = lead.as_secs_f64().max(0.0) / 3600.0;
        let at_least = before.at_least || after.at_least;
        Self {
            saved_hourly: Amount { usd: Some(saved), at_least },
            resume_ms: i64::try_from(lead.as_millis()).unwrap_or(i64::MAX),
            begun_hours: Amount::of(begun),
            hours: (saved > 0.0).then(|| resume + begun / saved),
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
