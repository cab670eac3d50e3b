//! The capacity that auto scaling gave an endpoint: recorded before a pause, restored by the resume.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{DesiredWeightAndCapacity, ProductionVariantSummary};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sdk::{CallName, Context, Error};

/// The desired capacity of each variant, by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Capacity {
    variants: BTreeMap<String, VariantCapacity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct VariantCapacity {
    /// The number of instances; `None` for a serverless variant.
    instances: Option<i32>,
    /// The share of the traffic.
    weight: Option<f32>,
}

impl Capacity {
    fn of(endpoint: &DescribeEndpointOutput) -> Self {
        let capacity_of = |variant: &ProductionVariantSummary| {
            let (instances, weight) = (variant.desired_instance_count(), variant.desired_weight());
            (instances.is_some() || weight.is_some())
                .then(|| (variant.variant_name().unwrap_or_default().to_owned(), VariantCapacity { instances, weight }))
        };
        Self { variants: endpoint.production_variants().iter().filter_map(capacity_of).collect() }
    }

    /// Returns the changes from this capacity to a recorded one. Variants that no longer exist are left out.
    fn changes_to(&self, recorded: &Self) -> Vec<DesiredWeightAndCapacity> {
        let mut changes = Vec::new();
        for (name, wanted) in &recorded.variants {
            let Some(current) = self.variants.get(name) else { continue };
            let instances =
                wanted.instances.filter(|_| current.instances.is_some() && current.instances != wanted.instances);
            let weight = wanted.weight.filter(|_| current.weight != wanted.weight);
            if instances.is_some() || weight.is_some() {
                let change = DesiredWeightAndCapacity::builder()
                    .variant_name(name)
                    .set_desired_instance_count(instances)
                    .set_desired_weight(weight);
                changes.push(change.build());
            }
        }
        changes
    }
}

/// Returns the pause snapshot of an endpoint; `None` if AWS reports no capacity.
pub(super) fn pause_snapshot(endpoint: &DescribeEndpointOutput) -> Result<Option<Value>, Error> {
    let capacity = Capacity::of(endpoint);
    if capacity.variants.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_value(capacity)?)) }
}

/// Restores the capacity of a pause snapshot. Returns whether anything had to be changed.
pub(super) async fn restore(context: &Context, name: &str, pause_snapshot: &Value) -> Result<bool, Error> {
    let recorded = Capacity::deserialize(pause_snapshot)?;
    let sagemaker = context.aws.sagemaker();
    let endpoint =
        sagemaker.describe_endpoint().endpoint_name(name).send().await.named("sagemaker:DescribeEndpoint")?;
    let changes = Capacity::of(&endpoint).changes_to(&recorded);
    if changes.is_empty() {
        return Ok(false);
    }
    let update = sagemaker.update_endpoint_weights_and_capacities().endpoint_name(name);
    let update = update.set_desired_weights_and_capacities(Some(changes));
    update.send().await.named("sagemaker:UpdateEndpointWeightsAndCapacities")?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(variants: &[(&str, i32, f32)]) -> Capacity {
        let of = |(name, instances, weight): &(&str, i32, f32)| {
            ((*name).to_owned(), VariantCapacity { instances: Some(*instances), weight: Some(*weight) })
        };
        Capacity { variants: variants.iter().map(of).collect() }
    }

    #[test]
    fn only_differences_are_requested() {
        let fresh = capacity(&[("blue", 1, 1.0), ("green", 1, 1.0)]);
        assert_eq!(fresh.changes_to(&fresh), []);
        let changes = fresh.changes_to(&capacity(&[("blue", 4, 1.0), ("green", 1, 0.5), ("gone", 9, 1.0)]));
        assert_eq!(changes.len(), 2);
        assert_eq!((changes[0].desired_instance_count(), changes[0].desired_weight()), (Some(4), None));
        assert_eq!((changes[1].desired_instance_count(), changes[1].desired_weight()), (None, Some(0.5)));
    }
}
