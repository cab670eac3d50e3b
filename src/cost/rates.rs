//! The charges of a set of resources at one instant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resource::{Address, Charge};

/// The charges of resources that exist at one instant, by address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// The charges of each resource; an empty list for one that costs nothing.
    pub resources: BTreeMap<Address, Vec<Charge>>,
    /// The bounds between which scaling varies the instances of a variant, by resource and variant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scaling: BTreeMap<Address, BTreeMap<String, (u32, u32)>>,
    /// The reasons why the bill of a resource, or a part of it, is not known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<Address, String>,
    /// The reasons why AWS bills nothing for a resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub free: BTreeMap<Address, String>,
}

/// The number of instances of each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// As declared, within the bounds of scaling.
    Declared,
    /// The least that scaling leaves.
    Least,
    /// The most that scaling adds.
    Most,
}

impl Rates {
    /// Adds the rates of other resources, such as those of another stack.
    pub fn add(&mut self, other: Self) {
        for (address, charges) in other.resources {
            self.resources.entry(address).or_default().extend(charges);
        }
        for (address, variants) in other.scaling {
            self.scaling.entry(address).or_default().extend(variants);
        }
        self.unknown.extend(other.unknown);
        self.free.extend(other.free);
    }

    /// Returns the same rates with another number of instances in each variant.
    #[must_use]
    pub fn at(&self, capacity: Capacity) -> Self {
        self.with_counts(&|address, variant, declared| {
            let (min, max) = *self.scaling.get(address)?.get(variant)?;
            let (min, max) = (f64::from(min), f64::from(max));
            Some(match capacity {
                Capacity::Least => min,
                Capacity::Most => max,
                // A file that was edited may have its bounds the wrong way round.
                Capacity::Declared => declared.max(min).min(max.max(min)),
            })
        })
    }

    /// Returns the same rates with counted instances: `count` returns the number of a resource's variant, if it is known to be
    /// another one than the given.
    #[must_use]
    pub fn with_counts(&self, count: &dyn Fn(&Address, &str, f64) -> Option<f64>) -> Self {
        let mut rates = self.clone();
        for (address, charges) in &mut rates.resources {
            for fleet in charges.iter_mut().filter_map(|charge| charge.fleet.as_mut()) {
                fleet.count = count(address, &fleet.variant, fleet.count).unwrap_or(fleet.count);
            }
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_vary_between_the_bounds_of_their_variant() {
        let address: Address = "sagemaker_endpoint.llm".parse().unwrap();
        let charges = vec![Charge::hourly("a", 1.0).each("v", 5), Charge::hourly("b", 1.0).each("other", 5)];
        let mut rates = Rates::default();
        rates.resources.insert(address.clone(), charges);
        rates.scaling.entry(address.clone()).or_default().insert("v".to_owned(), (1, 4));
        for (capacity, count) in [(Capacity::Declared, 4.0), (Capacity::Least, 1.0), (Capacity::Most, 4.0)] {
            let totals: Vec<_> = rates.at(capacity).resources[&address].iter().map(Charge::total).collect();
            assert_eq!(totals, [count, 5.0]);
        }
        let observed = rates.with_counts(&|_, variant, _| (variant == "v").then_some(7.0));
        assert_eq!(observed.resources[&address][0].total(), 7.0);
    }
}
