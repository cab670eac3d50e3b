//! The quotas on instances of endpoints, which calls that add some keep.

use std::collections::BTreeMap;

use super::endpoint_record::{Endpoint, Step};
use super::fleet::Fleet;
use super::kind::ENDPOINT;
use super::store::Record;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::quotas;

/// Numbers of instances by type.
pub type Instances = BTreeMap<String, i64>;

/// Returns the instances of all endpoints at an instant (in milliseconds since the Unix epoch). While an endpoint moves to another
/// fleet, both count. `tables` are those of SageMaker.
pub fn in_use(tables: &Tables, now_ms: i64) -> Result<Instances, Fault> {
    let mut all = Instances::new();
    for (name, _) in tables.all(ENDPOINT.table) {
        let Some(endpoint) = Endpoint::standing(tables, now_ms, name)? else { continue };
        add(&mut all, &of_endpoint(&endpoint));
    }
    Ok(all)
}

/// Refuses to add the instances of a fleet beyond a quota.
pub fn check_fleet(fleet: &Fleet, context: &CallContext<'_>) -> Result<(), Fault> {
    check(&of_fleet(fleet), context)
}

/// Refuses to bring a fleet to the numbers of another one beyond a quota.
pub fn check_resize(before: &Fleet, after: &Fleet, context: &CallContext<'_>) -> Result<(), Fault> {
    let before = of_fleet(before);
    let mut more = of_fleet(after);
    more.iter_mut().for_each(|(kind, count)| *count -= before.get(kind).copied().unwrap_or_default());
    more.retain(|_, count| *count > 0);
    check(&more, context)
}

/// The message is AWS's (aws/amazon-sagemaker-examples, issue 307).
fn check(more: &Instances, context: &CallContext<'_>) -> Result<(), Fault> {
    let limits = context.other("servicequotas");
    let used = in_use(context.own, context.now_ms)?;
    let all = (quotas::ALL_ENDPOINTS.to_owned(), used.values().sum::<i64>(), more.values().sum::<i64>());
    let types = more.iter().map(|(kind, count)| {
        (format!("{kind} for endpoint usage"), used.get(kind).copied().unwrap_or_default(), *count)
    });
    for (name, used, more) in types.chain([all]) {
        let limit = quotas::limit(&limits, &name);
        #[expect(clippy::cast_precision_loss, reason = "numbers of instances are small")]
        if more > 0 && (used + more) as f64 > limit {
            return Err(Fault::new(
                "ResourceLimitExceeded",
                format!(
                    "The account-level service limit '{name}' is {limit} Instances, with current utilization of {used} \
                     Instances and a request delta of {more} Instances. Please contact AWS support to request an \
                     increase for this limit."
                ),
            ));
        }
    }
    Ok(())
}

fn of_endpoint(endpoint: &Endpoint) -> Instances {
    let mut instances = if endpoint.rest == "Failed" { Instances::new() } else { of_fleet(&endpoint.fleet) };
    match endpoint.transition.as_ref().map(|transition| &transition.step) {
        Some(Step::Update(next)) => add(&mut instances, &of_fleet(next)),
        Some(Step::Rescale(next)) => {
            for (kind, count) in of_fleet(next) {
                let of = instances.entry(kind).or_default();
                *of = count.max(*of);
            }
        }
        Some(Step::Create | Step::Delete) | None => {}
    }
    instances
}

fn of_fleet(fleet: &Fleet) -> Instances {
    let mut instances = Instances::new();
    for variant in fleet.production_variants.iter().chain(&fleet.shadow_production_variants) {
        if let (Some(kind), Some(count)) = (variant.instance_type(), variant.count) {
            *instances.entry(kind.to_owned()).or_default() += count;
        }
    }
    instances
}

fn add(all: &mut Instances, more: &Instances) {
    more.iter().for_each(|(kind, count)| *all.entry(kind.clone()).or_default() += count);
}
