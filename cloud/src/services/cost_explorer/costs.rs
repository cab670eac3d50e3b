//! Costs: readings of the meter at the prices of the list, in small steps of time.

use std::collections::{BTreeMap, HashMap};

use super::request::{Asked, Period, month_end};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::pricing;
use crate::usage::{Metered, reading};

/// A reading of one step, and its cost.
pub struct Line {
    /// The reading.
    pub metered: Metered,
    /// Its cost in dollars; none if the price list has no price for it.
    pub cost: Option<f64>,
    /// The tags that count for its costs.
    pub tags: BTreeMap<String, String>,
    /// When its step begins, in milliseconds since the Unix epoch.
    pub at_ms: i64,
}

/// Returns the lines of the time that is asked for, as far as Cost Explorer knows it.
pub fn lines(asked: &Asked, active: &BTreeMap<String, i64>, context: &CallContext<'_>) -> Result<Vec<Line>, Fault> {
    let entries = context.metered();
    let known_until_ms = context.now_ms.saturating_sub(context.bill_lag_ms);
    if !entries.iter().any(|entry| entry.began_ms < known_until_ms) {
        // AWS's words, github.com/X-CCC and others.
        let message = "Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might \
                       not be ingested yet";
        return Err(Fault::new("DataUnavailableException", message));
    }
    let end_ms = asked.whole.end_ms.min(known_until_ms);
    let mut lines = Vec::new();
    let mut at_ms = asked.counted_from_ms();
    let mut used: HashMap<(&str, String), f64> = HashMap::new();
    let mut month_ends_ms = month_end(at_ms);
    while at_ms < end_ms {
        if at_ms >= month_ends_ms {
            used.clear();
            month_ends_ms = month_end(at_ms);
        }
        let step = Period { start_ms: at_ms, end_ms: (at_ms + asked.granularity.step()).min(end_ms) };
        for metered in reading::read(&entries, step.start_ms, step.end_ms) {
            let offer = metered.item.billing().offer;
            let before = used.entry((offer, metered.usage_type.clone())).or_default();
            let product = pricing::find(offer, &metered.usage_type);
            let cost = product.and_then(|product| product.cost(*before, metered.quantity));
            *before += metered.quantity;
            if at_ms >= asked.whole.start_ms {
                let tags = counting(&metered.tags, active, at_ms);
                lines.push(Line { metered, cost, tags, at_ms });
            }
        }
        at_ms = step.end_ms;
    }
    Ok(lines)
}

/// Returns the tags whose keys were active at an instant.
fn counting(tags: &BTreeMap<String, String>, active: &BTreeMap<String, i64>, at_ms: i64) -> BTreeMap<String, String> {
    let counts = |key: &str| active.get(key).is_some_and(|since_ms| *since_ms <= at_ms);
    tags.iter().filter(|(key, _)| counts(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}
