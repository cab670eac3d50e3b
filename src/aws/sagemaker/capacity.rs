//! The capacity that an endpoint really has, which auto scaling has moved: remembered by a pause, brought back after.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::DesiredWeightAndCapacity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::sdk::{CallName, Context, Error};

/// What each variant is meant to have, by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Capacity {
    variants: BTreeMap<String, VariantCapacity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct VariantCapacity {
    /// Instances; none for a serverless variant.
    instances: Option<i32>,
    /// The share of the traffic.
    weight: Option<f32>,
}

impl Capacity {
    fn of(endpoint: &DescribeEndpointOutput) -> Self {
        let of_variant = |variant: &aws_sdk_sagemaker::types::ProductionVariantSummary| {
            let capacity =
                VariantCapacity { instances: variant.desired_instance_count(), weight: variant.desired_weight() };
            (capacity.instances.is_some() || capacity.weight.is_some())
                .then(|| (variant.variant_name().unwrap_or_default().to_owned(), capacity))
        };
        Self { variants: endpoint.production_variants().iter().filter_map(of_variant).collect() }
    }

    /// What must be asked for to get from this capacity to a remembered one. Variants that are no more are left out.
    fn changes_to(&self, remembered: &Self) -> Vec<DesiredWeightAndCapacity> {
        let mut changes = Vec::new();
        for (name, wanted) in &remembered.variants {
            let Some(has) = self.variants.get(name) else { continue };
            let instances = wanted.instances.filter(|_| has.instances.is_some() && has.instances != wanted.instances);
            let weight = wanted.weight.filter(|_| has.weight != wanted.weight);
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

/// What a pause must remember of an endpoint.
pub(super) fn remember(endpoint: &DescribeEndpointOutput) -> Result<Option<Value>, Error> {
    let capacity = Capacity::of(endpoint);
    if capacity.variants.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_value(capacity)?)) }
}

/// Brings a remembered capacity back; answers whether anything had to be changed.
pub(super) async fn restore(context: &Context, name: &str, remembered: &Value) -> Result<bool, Error> {
    let remembered: Capacity = serde_json::from_value(remembered.clone())?;
    let sagemaker = context.aws.sagemaker();
    let endpoint =
        sagemaker.describe_endpoint().endpoint_name(name).send().await.named("sagemaker:DescribeEndpoint")?;
    let changes = Capacity::of(&endpoint).changes_to(&remembered);
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
    fn only_what_differs_is_asked_for() {
        let fresh = capacity(&[("blue", 1, 1.0), ("green", 1, 1.0)]);
        assert_eq!(fresh.changes_to(&fresh), []);
        let changes = fresh.changes_to(&capacity(&[("blue", 4, 1.0), ("green", 1, 0.5), ("gone", 9, 1.0)]));
        assert_eq!(changes.len(), 2);
        assert_eq!((changes[0].desired_instance_count(), changes[0].desired_weight()), (Some(4), None));
        assert_eq!((changes[1].desired_instance_count(), changes[1].desired_weight()), (None, Some(0.5)));
    }
}
