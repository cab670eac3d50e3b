//! The items of AWS's bill that endpoints use.
//!
//! When the instances of an endpoint begin to bill is not documented. Of its notebooks AWS says "Metering starts when an
//! instance is created" (SageMaker Developer Guide, "Usage Metering"), so an instance bills from the beginning of the
//! transition that brings it up, like one of EC2. "The endpoint must be deleted in order to stop incurring charges" (service
//! model, DeleteEndpointConfig), so it bills to the end of the transition that takes it away. During an update both fleets
//! are there. A failed endpoint has no instances. Under managed scaling an instance bills from the call that needs it until it is
//! released.
//!
//! Not metered: invocations of serverless variants and their provisioned concurrency, data in and out, feature stores, executions of
//! monitoring schedules.

use super::endpoint_record::{Endpoint, Step};
use super::fleet::{Fleet, Variant};
use super::kind::ENDPOINT;
use super::store::Record;
use super::tags;
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// Returns the uses of all endpoints. Unreadable records use nothing; SageMaker refuses the calls that need them.
pub fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let names = document.all(ENDPOINT.table).map(|(name, _)| name);
    let endpoints = names.filter_map(|name| Endpoint::standing(document, place.now_ms, name).ok().flatten());
    endpoints.flat_map(|endpoint| of_endpoint(&endpoint, document, place)).collect()
}

/// The time of a fleet, or of a part of it.
#[derive(Clone, Copy)]
struct Span {
    from_ms: i64,
    until_ms: Option<i64>,
}

fn of_endpoint(endpoint: &Endpoint, document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let arn = ENDPOINT.arn_in(place.region, place.account, &endpoint.endpoint_name);
    let template = Use::new(Item::HostingVolume, arn.clone(), tags::of(document, &arn), place);
    let mut uses = Vec::new();
    let now = &endpoint.fleet;
    let (begun_ms, ends_ms) =
        endpoint.transition.as_ref().map_or((0, 0), |transition| (transition.begun_ms, transition.ends_ms));
    let since_creation = |until_ms| Span { from_ms: endpoint.created_ms, until_ms };
    match endpoint.transition.as_ref().map(|transition| &transition.step) {
        None if endpoint.rest == "Failed" => {}
        None => fleet(now, since_creation(None), &template, &mut uses),
        Some(Step::Create) => fleet(now, since_creation(now.fails.as_ref().map(|_| ends_ms)), &template, &mut uses),
        Some(Step::Delete) if endpoint.rest == "Failed" => {}
        Some(Step::Delete) => fleet(now, since_creation(Some(ends_ms)), &template, &mut uses),
        Some(Step::Update(next)) => {
            let fails = next.fails.is_some();
            fleet(now, since_creation((!fails).then_some(ends_ms)), &template, &mut uses);
            let until_ms = fails.then_some(ends_ms);
            fleet(next, Span { from_ms: begun_ms, until_ms }, &template, &mut uses);
        }
        Some(Step::Rescale(next)) => {
            for variant in variants(now) {
                let after = next.find(&variant.variant_name).and_then(|next| next.count);
                rescaled(variant, now, after, (endpoint.created_ms, begun_ms, ends_ms), &template, &mut uses);
            }
        }
    }
    uses
}

fn variants(fleet: &Fleet) -> impl Iterator<Item = &Variant> {
    fleet.production_variants.iter().chain(&fleet.shadow_production_variants)
}

fn fleet(fleet: &Fleet, span: Span, template: &Use, uses: &mut Vec<Use>) {
    for variant in variants(fleet) {
        let count = variant.count.unwrap_or(0);
        let Some(resize) = &variant.resize else {
            instances(variant, fleet, count, span, template, uses);
            continue;
        };
        let change_ms = if resize.count > count { resize.begun_ms } else { resize.ends_ms };
        let change_ms = span.until_ms.map_or(change_ms, |until_ms| until_ms.min(change_ms));
        instances(variant, fleet, count, Span { until_ms: Some(change_ms), ..span }, template, uses);
        if span.until_ms.is_none_or(|until_ms| change_ms < until_ms) {
            instances(variant, fleet, resize.count, Span { from_ms: change_ms, ..span }, template, uses);
        }
    }
}

/// Adds the uses of a variant whose number of instances changes: more of them from the beginning of the transition, fewer
/// from its end.
fn rescaled(
    variant: &Variant,
    fleet: &Fleet,
    after: Option<i64>,
    (created_ms, begun_ms, ends_ms): (i64, i64, i64),
    template: &Use,
    uses: &mut Vec<Use>,
) {
    let before = variant.count.unwrap_or(0);
    let after = after.unwrap_or(before);
    let change_ms = if after > before { begun_ms } else { ends_ms };
    if after == before {
        return instances(variant, fleet, before, Span { from_ms: created_ms, until_ms: None }, template, uses);
    }
    instances(variant, fleet, before, Span { from_ms: created_ms, until_ms: Some(change_ms) }, template, uses);
    instances(variant, fleet, after, Span { from_ms: change_ms, until_ms: None }, template, uses);
}

/// Adds the uses of some instances of a variant: the instances and their volumes.
fn instances(variant: &Variant, fleet: &Fleet, count: i64, span: Span, template: &Use, uses: &mut Vec<Use>) {
    let Some(instance) = instance_type(variant).filter(|_| count > 0) else { return };
    let item = match fleet.async_inference_config {
        Some(_) => Item::AsyncHosting(instance.to_owned()),
        None => Item::Hosting(instance.to_owned()),
    };
    #[expect(clippy::cast_precision_loss, reason = "numbers of instances and gigabytes")]
    let used = |item: Item, each: i64| Use {
        item,
        // Fleets of two configurations are there at once during an update.
        part: format!("{} of {}", variant.variant_name, fleet.endpoint_config_name),
        count: (count * each) as f64,
        from_ms: Some(span.from_ms),
        until_ms: span.until_ms,
        ..template.clone()
    };
    uses.push(used(item, 1));
    if let Some(gigabytes) = variant.declared["VolumeSizeInGB"].as_i64().filter(|gigabytes| *gigabytes > 0) {
        uses.push(used(Item::HostingVolume, gigabytes));
    }
}

/// Returns the type of the instances. All instances of pools come from the pool of the first priority.
fn instance_type(variant: &Variant) -> Option<&str> {
    let pools = variant.declared["InstancePools"].as_array().into_iter().flatten();
    let pool = || pools.min_by_key(|pool| pool["Priority"].as_i64())?["InstanceType"].as_str();
    variant.instance_type().or_else(pool)
}
