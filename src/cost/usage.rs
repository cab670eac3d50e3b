//! The use of a month that nothing declares: `[usage]` of an environment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Rates;
use crate::resource::{Address, Per};

/// The use of resources in a month, by kind, name and key: `[usage.s3_bucket.models]` with `storage_gb = 500`. A name may end in
/// `*`, and a longer name wins over a shorter one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct UsageSettings(pub BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>);

/// A fault of settings of use, at a path below `[usage]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageFault {
    /// The keys from `[usage]` on.
    pub path: Vec<String>,
    /// The fault.
    pub message: String,
}

impl UsageSettings {
    /// Returns the use of a resource in a month.
    pub fn of(&self, address: &Address, key: &str) -> Option<f64> {
        let names = self.0.get(address.kind())?;
        let matching = names.iter().filter(|(name, keys)| is_match(name, address.name()) && keys.contains_key(key));
        let (_, keys) = matching.max_by_key(|(name, _)| (!name.ends_with('*'), name.len()))?;
        keys.get(key).copied()
    }

    /// Returns the amounts that are no amounts.
    pub fn faults(&self) -> Vec<UsageFault> {
        let amounts = self.entries().filter(|(_, amount)| !amount.is_finite() || *amount < 0.0);
        amounts
            .map(|(path, amount)| UsageFault {
                path,
                message: format!("{amount} is no use of a month: it is 0 or more"),
            })
            .collect()
    }

    /// Returns the entries that say nothing about any resource of a stack: of another name, or with a key that the bill of the
    /// resource does not have.
    pub fn unused(&self, rates: &Rates) -> Vec<UsageFault> {
        let entries = self.entries().filter_map(|(path, _)| {
            let [kind, name, key] = path.as_slice() else { return None };
            let named = |address: &&Address| address.kind() == kind.as_str() && is_match(name, address.name());
            let resources: Vec<_> = rates.resources.keys().filter(named).collect();
            let keys: Vec<&str> = resources.iter().flat_map(|address| rates.uses(address)).collect();
            let message = if resources.is_empty() {
                format!("the stack has no resource {kind}.{name}")
            } else if keys.contains(&key.as_str()) {
                return None;
            } else if keys.is_empty() {
                format!("{kind}.{name} bills nothing by use")
            } else {
                format!("{kind}.{name} bills nothing by `{key}`; it bills by {}", joined(keys))
            };
            Some(UsageFault { path, message })
        });
        entries.collect()
    }

    fn entries(&self) -> impl Iterator<Item = (Vec<String>, f64)> {
        self.0.iter().flat_map(|(kind, names)| {
            names.iter().flat_map(move |(name, keys)| {
                keys.iter().map(move |(key, amount)| (vec![kind.clone(), name.clone(), key.clone()], *amount))
            })
        })
    }
}

fn joined(mut keys: Vec<&str>) -> String {
    keys.sort_unstable();
    keys.dedup();
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// Returns whether a name is the pattern, or begins with it where that ends in `*`.
fn is_match(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

impl Rates {
    /// Returns the keys of the use that a resource is billed by.
    pub fn uses<'a>(&'a self, address: &Address) -> impl Iterator<Item = &'a str> {
        self.resources.get(address).into_iter().flatten().filter_map(|charge| match &charge.per {
            Per::Use(key) => Some(key.as_str()),
            Per::Hour | Per::BegunHour(_) | Per::Month | Per::Once(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Charge;

    fn settings() -> UsageSettings {
        serde_json::from_value(json!({
            "s3_bucket": {"*": {"storage_gb": 1.0, "get_requests": 5.0}, "mod*": {"storage_gb": 2.0}, "models": {"storage_gb": 500.0}},
            "logs_group": {"*": {"ingested_gb": -1.0}},
        }))
        .unwrap()
    }

    #[test]
    fn the_longest_name_with_the_key_wins() {
        let of = |address: &str, key| settings().of(&address.parse().unwrap(), key);
        assert_eq!(of("s3_bucket.models", "storage_gb"), Some(500.0));
        assert_eq!(of("s3_bucket.modest", "storage_gb"), Some(2.0));
        assert_eq!(of("s3_bucket.models", "get_requests"), Some(5.0));
        assert_eq!(of("s3_bucket.models", "put_requests"), None);
        assert_eq!(of("sns_topic.models", "storage_gb"), None);
    }

    #[test]
    fn negative_and_unused_entries_are_faults_with_a_path() {
        assert_eq!(settings().faults()[0].path, ["logs_group", "*", "ingested_gb"]);
        let mut rates = Rates::default();
        rates.resources.insert("s3_bucket.models".parse().unwrap(), vec![Charge::by_use("x", "storage_gb")]);
        let unused = settings().unused(&rates);
        let messages: Vec<_> = unused.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the stack has no resource logs_group.*",
                "s3_bucket.* bills nothing by `get_requests`; it bills by `storage_gb`"
            ]
        );
    }
}
