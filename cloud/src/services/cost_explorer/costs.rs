//! Costs: readings of the meter at the prices of the list, in small steps of time.

use std::collections::{BTreeMap, HashMap};

use super::charge::{self, Charge};
use super::request::{Asked, Period, month_end};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::pricing;
use crate::usage::{Item, Metered, reading};

/// A line of the bill: a reading of one step, or a charge that no resource of the cloud makes.
pub struct Line {
    /// The resource.
    pub resource: String,
    /// The account that is charged.
    pub account: String,
    /// The charge type.
    pub record_type: String,
    /// The name of the service.
    pub service: String,
    /// The usage type.
    pub usage_type: String,
    /// The operation.
    pub operation: &'static str,
    /// The region.
    pub region: String,
    /// The instance type, if instances are used.
    pub instance_type: Option<String>,
    /// The quantity.
    pub quantity: f64,
    /// The unit of the quantity.
    pub unit: &'static str,
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
    let charges = charge::all(context.own);
    let is_known = entries.iter().any(|entry| entry.began_ms < known_until_ms);
    if !is_known && !charges.iter().any(|charge| charge.at_ms < known_until_ms) {
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
                lines.push(Line::metered(metered, cost, (tags, at_ms), context.account));
            }
        }
        at_ms = step.end_ms;
    }
    let charges = charges.into_iter().filter(|charge| (asked.whole.start_ms..end_ms).contains(&charge.at_ms));
    lines.extend(charges.map(|charge| {
        let tags = counting(&charge.tags, active, charge.at_ms);
        Line::charged(charge, tags, context)
    }));
    Ok(lines)
}

impl Line {
    /// Creates the line of a reading.
    fn metered(
        metered: Metered,
        cost: Option<f64>,
        (tags, at_ms): (BTreeMap<String, String>, i64),
        account: &str,
    ) -> Self {
        let Metered { item, usage_type, service, operation, resource, region, quantity, unit, .. } = metered;
        let instance_type = match item {
            Item::Hosting(instance) | Item::AsyncHosting(instance) => Some(instance),
            _ => None,
        };
        let (account, record_type, service) = (account.to_owned(), "Usage".to_owned(), service.to_owned());
        Self {
            resource,
            account,
            record_type,
            service,
            usage_type,
            operation,
            region,
            instance_type,
            quantity,
            unit,
            cost,
            tags,
            at_ms,
        }
    }

    /// Creates the line of a charge.
    fn charged(charge: Charge, tags: BTreeMap<String, String>, context: &CallContext<'_>) -> Self {
        let Charge { at_ms, account, record_type, service, usage_type, usd, .. } = charge;
        Self {
            resource: String::new(),
            account: account.unwrap_or_else(|| context.account.to_owned()),
            record_type,
            service,
            usage_type,
            operation: "",
            region: context.region.to_owned(),
            instance_type: None,
            quantity: 1.0,
            unit: "N/A",
            cost: Some(usd),
            tags,
            at_ms,
        }
    }
}

/// Returns the tags whose keys were active at an instant.
fn counting(tags: &BTreeMap<String, String>, active: &BTreeMap<String, i64>, at_ms: i64) -> BTreeMap<String, String> {
    let counts = |key: &str| active.get(key).is_some_and(|since_ms| *since_ms <= at_ms);
    tags.iter().filter(|(key, _)| counts(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}
