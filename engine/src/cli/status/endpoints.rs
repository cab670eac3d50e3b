//! The endpoints of a stack, with their instances.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize as _, Serialize};

use super::recorded::Recorded;
use ebbtide::aws::autoscaling::{Scalable, ScalableTarget};
use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, Hosting, Variant};
use ebbtide::cost::ledger::{Entry, Event};
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Resolved, Resource as _};

/// An endpoint.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EndpointView {
    pub(super) address: Address,
    /// Since when it has existed, by the ledger; null while it sleeps, or if the ledger does not tell.
    pub(super) since: Option<Timestamp>,
    pub(super) variants: Vec<VariantView>,
}

/// A variant of an endpoint.
#[derive(Clone, Debug, Serialize)]
pub(super) struct VariantView {
    pub(super) name: String,
    /// Null for a serverless variant.
    pub(super) instance_type: Option<String>,
    /// The number of instances: as it was counted last, or else as it was declared. 0 while the endpoint sleeps.
    pub(super) instances: Option<f64>,
    /// When the instances were counted; null if they never were since the endpoint exists.
    pub(super) counted: Option<Timestamp>,
    /// The fewest and the most instances that scaling sets.
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
}

/// Returns the endpoints of a record, in the order of their addresses.
pub(super) fn endpoints(recorded: &Recorded) -> Vec<EndpointView> {
    let document = &recorded.document;
    let of_kind = document.resources.iter().filter(|(address, _)| address.kind() == Endpoint::KIND);
    of_kind.map(|(address, record)| endpoint(document, &recorded.ledger, address, record)).collect()
}

fn endpoint(document: &StateDocument, ledger: &[Entry], address: &Address, record: &ResourceRecord) -> EndpointView {
    let since = if record.is_asleep() { None } else { since(ledger, address) };
    let counts = counts(ledger, address, since);
    let name = record.inputs["name"].as_str().unwrap_or_default();
    let config = record.depends_on.iter().find_map(|other| {
        let config = document.resources.get(other).filter(|_| other.kind() == EndpointConfig::KIND)?;
        EndpointConfig::<Resolved>::deserialize(&config.inputs).ok()
    });
    let variants = config.map(|config| config.variants).unwrap_or_default();
    let variants = variants.iter().map(|one| variant(document, name, one, record.is_asleep(), counts.get(&one.name)));
    EndpointView { address: address.clone(), since, variants: variants.collect() }
}

fn variant(
    document: &StateDocument,
    endpoint: &str,
    variant: &Variant<Resolved>,
    asleep: bool,
    counted: Option<&(f64, Timestamp)>,
) -> VariantView {
    let bounds = scaling(document, endpoint, &variant.name);
    let (instance_type, declared, managed) = match &variant.hosting {
        Hosting::Instances(instances) => {
            let managed = instances.managed_scaling.map(|scaling| (scaling.min, scaling.max));
            (Some(instances.instance_type.clone()), Some(f64::from(instances.count)), managed)
        }
        Hosting::Serverless(_) => (None, None, None),
    };
    let bounds = bounds.or(managed);
    let counted = counted.filter(|_| !asleep && instance_type.is_some());
    VariantView {
        name: variant.name.clone(),
        instances: declared.map(|declared| if asleep { 0.0 } else { counted.map_or(declared, |(count, _)| *count) }),
        counted: counted.map(|(_, at)| *at),
        min: bounds.map(|(min, _)| min),
        max: bounds.map(|(_, max)| max),
        instance_type,
    }
}

/// Returns the bounds that a scalable target sets for a variant.
fn scaling(document: &StateDocument, endpoint: &str, variant: &str) -> Option<(u32, u32)> {
    let targets = document.resources.iter().filter(|(address, _)| address.kind() == ScalableTarget::KIND);
    targets.filter_map(|(_, record)| ScalableTarget::<Resolved>::deserialize(&record.inputs).ok()).find_map(|target| {
        match &target.of {
            Scalable::Variant { endpoint: of, variant: name } if of.as_str() == endpoint && name == variant => {
                Some((target.min, target.max))
            }
            _ => None,
        }
    })
}

/// Returns since when a resource has billed without a break.
fn since(ledger: &[Entry], address: &Address) -> Option<Timestamp> {
    let mut since = None;
    for entry in ledger {
        match &entry.event {
            Event::Bills(bills) => match bills.get(address) {
                Some(Some(_)) => drop(since.get_or_insert(entry.at)),
                Some(None) => since = None,
                None => {}
            },
            Event::Counts(_) | Event::Once(_) | Event::Doubt(_) => {}
        }
    }
    since
}

/// Returns the last counts of the instances of an endpoint, by variant.
fn counts(ledger: &[Entry], address: &Address, since: Option<Timestamp>) -> BTreeMap<String, (f64, Timestamp)> {
    let mut last = BTreeMap::new();
    for entry in ledger.iter().filter(|entry| since.is_some_and(|since| entry.at >= since)) {
        if let Event::Counts(counts) = &entry.event
            && let Some(counts) = counts.get(address)
        {
            last.extend(counts.iter().map(|(variant, count)| (variant.clone(), (*count, entry.at))));
        }
    }
    last
}
