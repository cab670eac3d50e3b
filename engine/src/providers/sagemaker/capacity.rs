//! The capacity that auto scaling gave an endpoint: recorded before a pause or an update, and restored afterwards.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, ProductionVariantServerlessUpdateConfig, ProductionVariantSummary,
};
use serde::{Deserialize, Serialize};

use super::fleet::{Fleet, InitialVariant, is_managed};

/// The desired capacity of each variant, by its name.
pub(super) type Capacity = BTreeMap<String, VariantCapacity>;

/// The desired capacity of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct VariantCapacity {
    /// The number of instances; `None` for a serverless variant.
    instances: Option<i32>,
    /// The share of the traffic.
    weight: Option<f32>,
    /// The provisioned concurrency of a serverless variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concurrency: Option<i32>,
    /// The variant as the configuration in use declared it; `None` in records of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared: Option<InitialVariant>,
    /// Whether auto scaling set the number, so that an update must not go below it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scaled: bool,
}

/// Returns the capacity of an endpoint that runs a configuration.
pub(super) fn capacity_of(endpoint: &DescribeEndpointOutput, config: Option<&Fleet>) -> Capacity {
    let of = |variant: &ProductionVariantSummary| {
        let name = variant.variant_name().unwrap_or_default().to_owned();
        let concurrency =
            variant.desired_serverless_config().and_then(|serverless| serverless.provisioned_concurrency());
        // AWS gives a serverless variant a number of instances, which is none. Under managed scaling the number follows the copies of
        // inference components, and is nobody else's to set.
        let is_set_by_aws = variant.desired_serverless_config().is_some() || is_managed(variant);
        let instances = variant.desired_instance_count().filter(|_| !is_set_by_aws);
        let weight = variant.desired_weight();
        let declared = config.and_then(|config| config.get(&name)).cloned();
        let any = instances.is_some() || weight.is_some() || concurrency.is_some();
        any.then_some((name, VariantCapacity { instances, weight, concurrency, declared, scaled: false }))
    };
    endpoint.production_variants().iter().filter_map(of).collect()
}

/// Marks a variant as one whose number auto scaling sets.
pub(super) fn mark_scaled(capacity: &mut Capacity, variant: &str) {
    if let Some(variant) = capacity.get_mut(variant) {
        variant.scaled = true;
    }
}

/// Makes a variant one that takes over all traffic from others that go: it keeps no weight of before, and gets as many instances as
/// they had.
pub(super) fn mark_taking_over(capacity: &mut Capacity, variant: &str, instances: Option<i32>) {
    if let Some(variant) = capacity.get_mut(variant) {
        variant.weight = None;
        if variant.instances < instances {
            (variant.instances, variant.scaled) = (instances, true);
        }
    }
}

/// Returns whether variants that have all the recorded traffic are gone. The weights of the others, which are none, mean nothing then.
fn traffic_is_gone(current: &Capacity, recorded: &Capacity) -> bool {
    let weighs = |stays: bool| {
        let of = recorded.iter().filter(|(name, _)| current.contains_key(*name) == stays);
        of.filter_map(|(_, variant)| variant.weight).any(|weight| weight > 0.0)
    };
    weighs(false) && !weighs(true)
}

/// Returns the changes of the next call that leads from one capacity to a recorded one; none if there is nothing to change.
/// `config` is the configuration in use.
///
/// AWS changes the "variant weight of one or more variants […], or capacity of one variant" in a call
/// (UpdateEndpointWeightsAndCapacities), so the weights come first, and then one variant after the other. A number that
/// was declared anew since it was recorded is left alone. Variants that no longer exist are left out.
pub(super) fn next_changes(
    current: &Capacity,
    recorded: &Capacity,
    config: Option<&Fleet>,
) -> Vec<DesiredWeightAndCapacity> {
    let differing = recorded.iter().filter_map(|(name, recorded)| {
        let current = current.get(name)?;
        let differences = recorded.differences(current, config.and_then(|config| config.get(name)));
        Some((name, current, differences))
    });
    let differing: Vec<_> = differing.collect();
    let change = |name: &String| DesiredWeightAndCapacity::builder().variant_name(name);
    let weights = differing
        .iter()
        .filter_map(|(name, _, differences)| Some(change(name).desired_weight(differences.weight?).build()));
    let weights: Vec<_> = weights.collect();
    if !weights.is_empty() && !traffic_is_gone(current, recorded) {
        return weights;
    }
    let capacity = differing.iter().find_map(|(name, current, differences)| {
        if let Some(count) = differences.instances {
            return Some(change(name).desired_instance_count(count));
        }
        let serverless = ProductionVariantServerlessUpdateConfig::builder()
            .provisioned_concurrency(differences.concurrency?)
            .set_max_concurrency(current.declared.as_ref().and_then(InitialVariant::max_concurrency));
        Some(change(name).serverless_update_config(serverless.build()))
    });
    capacity.map(|change| change.build()).into_iter().collect()
}

/// The values to change; `None` where nothing is to be done.
#[derive(Default)]
struct Differences {
    weight: Option<f32>,
    instances: Option<i32>,
    concurrency: Option<i32>,
}

impl VariantCapacity {
    /// Returns the values in which a variant must become like this record. `declared` is how the configuration in use
    /// declares it.
    fn differences(&self, current: &Self, declared: Option<&InitialVariant>) -> Differences {
        // Records of earlier versions do not know the declaration: they are restored as they were then.
        let as_declared = |same: fn(&InitialVariant, &InitialVariant) -> bool| match (&self.declared, declared) {
            (Some(then), Some(now)) => same(then, now),
            _ => true,
        };
        let weight = self.weight.filter(|_| as_declared(|then, now| then.weight == now.weight));
        let instances = self.instances.filter(|count| {
            let raises = self.scaled && current.instances.is_some_and(|current| current < *count);
            as_declared(|then, now| then.count == now.count) || raises
        });
        let concurrency = self.concurrency.filter(|_| as_declared(|then, now| then.concurrency == now.concurrency));
        Differences {
            weight: weight.filter(|_| current.weight != self.weight),
            instances: instances.filter(|_| current.instances.is_some() && current.instances != self.instances),
            concurrency: concurrency
                .filter(|_| current.concurrency.is_some() && current.concurrency != self.concurrency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(count: i32, weight: f32) -> InitialVariant {
        InitialVariant { count: Some(count), weight: Some(weight), ..InitialVariant::default() }
    }

    fn capacity(variants: &[(&str, i32, f32)], declaration: Option<(i32, f32)>) -> Capacity {
        let of = |(name, instances, weight): &(&str, i32, f32)| {
            let (instances, weight) = (Some(*instances), Some(*weight));
            let declared = declaration.map(|(count, weight)| declared(count, weight));
            ((*name).to_owned(), VariantCapacity { instances, weight, concurrency: None, declared, scaled: false })
        };
        variants.iter().map(of).collect()
    }

    #[test]
    fn weights_come_first_and_then_one_variant_a_call() {
        let fresh = capacity(&[("blue", 1, 1.0), ("green", 1, 1.0), ("red", 1, 1.0)], None);
        assert_eq!(next_changes(&fresh, &fresh, None), []);
        let wanted = capacity(&[("blue", 4, 1.0), ("gone", 9, 1.0), ("green", 1, 0.5), ("red", 2, 0.25)], None);
        let first = next_changes(&fresh, &wanted, None);
        let weights: Vec<_> =
            first.iter().map(|change| (change.desired_weight(), change.desired_instance_count())).collect();
        assert_eq!(weights, [(Some(0.5), None), (Some(0.25), None)]);
        let weighted = capacity(&[("blue", 1, 1.0), ("green", 1, 0.5), ("red", 1, 0.25)], None);
        let second = next_changes(&weighted, &wanted, None);
        assert_eq!(second.len(), 1);
        assert_eq!((second[0].variant_name(), second[0].desired_instance_count()), (Some("blue"), Some(4)));
        let third = capacity(&[("blue", 4, 1.0), ("green", 1, 0.5), ("red", 1, 0.25)], None);
        assert_eq!(next_changes(&third, &wanted, None)[0].variant_name(), Some("red"));
    }

    #[test]
    fn a_number_that_was_declared_anew_is_left_alone() {
        let recorded = capacity(&[("v", 5, 0.5)], Some((1, 1.0)));
        let changes = |count, weight| {
            let config = Fleet::from([("v".to_owned(), declared(count, weight))]);
            let mut current = capacity(&[("v", count, weight)], Some((count, weight)));
            let mut changed = Vec::new();
            while let [change] = next_changes(&current, &recorded, Some(&config)).as_slice() {
                changed.push((change.desired_instance_count(), change.desired_weight()));
                let variant = current.get_mut("v").unwrap();
                variant.instances = change.desired_instance_count().or(variant.instances);
                variant.weight = change.desired_weight().or(variant.weight);
            }
            changed
        };
        assert_eq!(changes(1, 1.0), [(None, Some(0.5)), (Some(5), None)]);
        assert_eq!(changes(3, 1.0), [(None, Some(0.5))], "another number was declared");
        assert_eq!(changes(3, 0.9), []);
    }

    #[test]
    fn an_update_does_not_go_below_the_number_that_auto_scaling_set() {
        let mut recorded = capacity(&[("v", 5, 1.0)], Some((1, 1.0)));
        mark_scaled(&mut recorded, "v");
        let config = Fleet::from([("v".to_owned(), declared(2, 1.0))]);
        let counts = |now| {
            let changes = next_changes(&capacity(&[("v", now, 1.0)], Some((2, 1.0))), &recorded, Some(&config));
            changes.iter().map(|change| change.desired_instance_count()).collect::<Vec<_>>()
        };
        assert_eq!(counts(2), [Some(5)]);
        assert_eq!(counts(8), []);
    }
}
