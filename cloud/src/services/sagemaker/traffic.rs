//! The traffic of an endpoint, and the instances that stood behind it: the facts that its metrics are made of. They
//! outlast the endpoint, as metrics do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fleet::Fleet;
use super::queue::{Capacity, Queue, minute_of};
use crate::documents::Tables;
use crate::service::Fault;
use crate::services::json::damaged;

const TABLE: &str = "Traffic";
/// CloudWatch keeps data points of one minute for 15 days. In milliseconds.
const KEPT_MS: i64 = 15 * 86_400_000;

/// A time in which an endpoint was in service with the same instances.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Span {
    /// Its beginning, in milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// Its end, in milliseconds since the Unix epoch; none if it goes on.
    pub to_ms: Option<i64>,
    /// Whether the endpoint took asynchronous requests.
    pub asynchronous: bool,
    /// The variants with the number of their instances.
    pub variants: Vec<(String, i64)>,
}

/// The traffic of the endpoints of one name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Traffic {
    /// The name.
    pub endpoint_name: String,
    /// The times in service, in their order.
    pub spans: Vec<Span>,
    /// The number of real-time invocations by variant and by the beginning of the minute.
    invocations: BTreeMap<String, BTreeMap<i64, u64>>,
    /// The number of invocations by inference component and by the beginning of the minute.
    #[serde(default)]
    pub components: BTreeMap<String, BTreeMap<i64, u64>>,
    /// The number of invocations that were refused because a component had no copy, likewise.
    #[serde(default)]
    pub refused: BTreeMap<String, BTreeMap<i64, u64>>,
    /// The queue of asynchronous requests.
    pub queue: Queue,
}

impl Traffic {
    /// Returns the traffic of a name.
    pub fn of(tables: &Tables, name: &str) -> Result<Self, Fault> {
        match tables.get(TABLE, name) {
            Some(record) => Self::deserialize(record).map_err(|error| damaged("SageMaker", &error)),
            None => Ok(Self { endpoint_name: name.to_owned(), ..Self::default() }),
        }
    }

    /// Returns the names that have traffic.
    pub fn names(tables: &Tables) -> impl Iterator<Item = &str> {
        tables.all(TABLE).map(|(name, _)| name)
    }

    fn save(&self, tables: &mut Tables) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged("SageMaker", &error))?;
        tables.put(TABLE, self.endpoint_name.clone(), record);
        Ok(())
    }

    /// Brings the queue up to an instant.
    pub fn advance(&mut self, to_ms: i64) {
        let Self { spans, queue, .. } = self;
        queue.advance(to_ms, |at_ms| capacity(spans, at_ms));
    }

    /// Returns how often a variant was invoked in the minute that begins at an instant.
    pub fn invocations(&self, variant: &str, minute_ms: i64) -> u64 {
        self.invocations.get(variant).and_then(|minutes| minutes.get(&minute_ms)).copied().unwrap_or_default()
    }

    /// Returns how often a variant was invoked.
    pub fn all_invocations(&self, variant: &str) -> u64 {
        self.invocations.get(variant).map_or(0, |minutes| minutes.values().sum())
    }

    /// Returns the last span that shares time with the minute that begins at an instant.
    pub fn span(&self, minute_ms: i64) -> Option<&Span> {
        let shares =
            |span: &&Span| minute_of(span.from_ms) <= minute_ms && span.to_ms.is_none_or(|to_ms| to_ms > minute_ms);
        self.spans.iter().rev().find(shares)
    }

    fn end(&mut self, at_ms: i64) {
        if let Some(span) = self.spans.last_mut() {
            span.to_ms.get_or_insert(at_ms);
        }
        let old = at_ms.saturating_sub(KEPT_MS);
        self.spans.retain(|span| span.to_ms.is_none_or(|to_ms| to_ms > old));
        self.queue.forget_before(old);
        let counts = [&mut self.invocations, &mut self.components, &mut self.refused];
        for minutes in counts.into_iter().flat_map(BTreeMap::values_mut) {
            minutes.retain(|minute, _| *minute >= old);
        }
    }
}

/// Returns the instances of an instant, and when their number may change.
fn capacity(spans: &[Span], at_ms: i64) -> Capacity {
    let span = spans.iter().find(|span| span.to_ms.is_none_or(|to_ms| to_ms > at_ms));
    match span {
        Some(span) if span.from_ms > at_ms => Capacity { instances: 0, until_ms: span.from_ms },
        Some(span) => Capacity {
            instances: span.variants.iter().map(|(_, instances)| instances).sum(),
            until_ms: span.to_ms.unwrap_or(i64::MAX),
        },
        None => Capacity { instances: 0, until_ms: i64::MAX },
    }
}

/// Notes that an endpoint is in service with a fleet from an instant on.
pub fn runs(tables: &mut Tables, endpoint: &str, from_ms: i64, fleet: &Fleet) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    traffic.end(from_ms);
    let variants = &fleet.production_variants;
    traffic.spans.push(Span {
        from_ms,
        to_ms: None,
        asynchronous: fleet.async_inference_config.is_some(),
        variants: variants.iter().map(|one| (one.variant_name.clone(), one.count.unwrap_or_default())).collect(),
    });
    traffic.save(tables)
}

/// Notes that an endpoint is deleted. The requests in its queue are lost: the queue is a part of it.
pub fn ends(tables: &mut Tables, endpoint: &str, at_ms: i64) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    traffic.advance(at_ms);
    traffic.queue.drop_all();
    traffic.end(at_ms);
    traffic.save(tables)
}

/// Counts an invocation of a variant.
pub fn invoked(tables: &mut Tables, endpoint: &str, variant: &str, at_ms: i64) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    *traffic.invocations.entry(variant.to_owned()).or_default().entry(minute_of(at_ms)).or_default() += 1;
    traffic.save(tables)
}

/// Counts an invocation of an inference component.
pub fn component_invoked(tables: &mut Tables, endpoint: &str, component: &str, at_ms: i64) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    *traffic.components.entry(component.to_owned()).or_default().entry(minute_of(at_ms)).or_default() += 1;
    traffic.save(tables)
}

/// Counts an invocation of an inference component that was refused because it had no copy.
pub fn lacked_capacity(tables: &mut Tables, endpoint: &str, component: &str, at_ms: i64) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    *traffic.refused.entry(component.to_owned()).or_default().entry(minute_of(at_ms)).or_default() += 1;
    traffic.save(tables)
}

/// Puts a request into the queue of an endpoint.
pub fn queued(
    tables: &mut Tables,
    endpoint: &str,
    at_ms: i64,
    expires_ms: i64,
    processing_ms: i64,
) -> Result<(), Fault> {
    let mut traffic = Traffic::of(tables, endpoint)?;
    traffic.advance(at_ms);
    traffic.queue.processing_ms = processing_ms;
    traffic.queue.add(expires_ms);
    traffic.save(tables)
}
