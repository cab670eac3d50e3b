//! The instances that a plan needs of each quota.

use std::collections::{BTreeMap, BTreeSet};

use super::planned::Planned;
use ebbtide::aws::sagemaker::Endpoint;
use ebbtide::cost::{Capacity, Rates, Standing};
use ebbtide::plan::{Effect, Operation};
use ebbtide::resource::{Address, Registry, Resource as _};

/// The quota on the instances of all endpoints together.
const ALL_ENDPOINTS: &str = "Number of instances across active endpoints";

/// The instances of one quota that the stack has and needs. Each number is that of this stack alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Demand {
    /// The name of the quota, `ml.g5.xlarge for endpoint usage`.
    pub(super) quota: String,
    /// Those that exist at most: scaling may have added some.
    pub(super) before: f64,
    /// Those that are to exist.
    pub(super) after: f64,
    /// The most that exist at once on the way, as endpoints that move to other instances have both for a while.
    pub(super) peak: f64,
    /// The most that auto scaling may add to.
    pub(super) most: f64,
    /// The resources that add some.
    pub(super) adding: BTreeSet<Address>,
    /// The resources whose scaling may add some.
    pub(super) scaling: BTreeSet<Address>,
}

/// The numbers of instances of each resource by quota.
type Counts = BTreeMap<(String, Address), f64>;

/// Returns the quotas of which a plan needs more.
pub(super) fn demands(planned: Planned<'_>, kinds: &Registry) -> Vec<Demand> {
    let rates = [Standing::before(planned.document, planned.plan), Standing::after(planned.document, planned.plan)]
        .map(|standing| standing.rates(kinds));
    let before = counts(&rates[0].at(Capacity::Declared));
    let after = counts(&rates[1].at(Capacity::Declared));
    let most_before = counts(&rates[0].at(Capacity::Most));
    let most = counts(&rates[1].at(Capacity::Most));
    let moving = moving(&planned.plan.operations);
    let mut demands: BTreeMap<&str, Demand> = BTreeMap::new();
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key @ (quota, address) in keys {
        let of = |counts: &Counts| counts.get(key).copied().unwrap_or_default();
        let demand = demands.entry(quota).or_insert_with(|| Demand { quota: quota.clone(), ..Demand::default() });
        let (before, after) = (of(&before), of(&after));
        demand.before += of(&most_before).max(before);
        demand.after += after;
        demand.peak += if moving.contains(address) { before + after } else { before.max(after) };
        demand.most += of(&most).max(after);
        if after > before || moving.contains(address) && after > 0.0 {
            demand.adding.insert(address.clone());
        }
        if of(&most) > after && of(&most) > of(&most_before) {
            demand.scaling.insert(address.clone());
        }
    }
    demands.into_values().filter(|demand| !demand.adding.is_empty() || !demand.scaling.is_empty()).collect()
}

/// Returns the endpoints that get other instances beside those that they have, until traffic has moved. A rolling deployment replaces
/// a part at a time.
fn moving(operations: &[Operation]) -> BTreeSet<&Address> {
    let moves = |operation: &&Operation| {
        let Effect::Update(upsert) = &operation.effect else { return false };
        operation.address.kind() == Endpoint::KIND
            && upsert.changes.iter().any(|change| change.field == "config")
            && upsert.inputs["deployment"]["strategy"].get("rolling").is_none()
    };
    operations.iter().filter(moves).map(|operation| &operation.address).collect()
}

fn counts(rates: &Rates) -> Counts {
    let mut counts = Counts::new();
    for (address, charges) in &rates.resources {
        for charge in charges {
            for quota in quotas_of(&charge.item) {
                *counts.entry((quota, address.clone())).or_default() += charge.total();
            }
        }
    }
    counts
}

/// Returns the quotas that the instances of a billed item count toward.
fn quotas_of(item: &str) -> Vec<String> {
    let instance = |prefix: &str| item.strip_prefix(prefix).filter(|rest| rest.starts_with("ml."));
    if let Some(instance) = instance("sagemaker.hosting.").or_else(|| instance("sagemaker.async.")) {
        return vec![format!("{instance} for endpoint usage"), ALL_ENDPOINTS.to_owned()];
    }
    instance("sagemaker.processing.")
        .map(|instance| format!("{instance} for processing job usage"))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotas_follow_from_the_billed_item() {
        let endpoint = ["ml.g5.xlarge for endpoint usage", ALL_ENDPOINTS];
        assert_eq!(quotas_of("sagemaker.hosting.ml.g5.xlarge"), endpoint);
        assert_eq!(quotas_of("sagemaker.async.ml.g5.xlarge"), endpoint);
        assert_eq!(quotas_of("sagemaker.processing.ml.m5.xlarge"), ["ml.m5.xlarge for processing job usage"]);
        assert_eq!(quotas_of("sagemaker.endpoint.storage"), [""; 0]);
        assert_eq!(quotas_of("nat_gateway.hours"), [""; 0]);
    }
}
