//! An observer that reads nothing but the cloud, through the SDK's plain list and describe calls.

mod cloud_control;
mod jobs;
mod keys;
mod mlops;
mod network;
mod serving;
mod storage;

pub use storage::put_data as storage_data;
mod watching;

use std::collections::BTreeMap;

use ebbtide_engine::sdk::Aws;

/// The resources that exist, with their number: a kind in AWS's words, then the identity and the relevant properties.
/// Ids, and the hashes in derived names, are left out: another life of the same resource has others.
pub type Inventory = BTreeMap<String, usize>;

/// Lists every resource that is not AWS's own.
pub async fn inventory(aws: &Aws) -> Inventory {
    let mut seen = Observed::default();
    cloud_control::see(aws, &mut seen).await;
    mlops::see(aws, &mut seen).await;
    keys::see(aws, &mut seen).await;
    jobs::see(aws, &mut seen).await;
    network::see(aws, &mut seen).await;
    serving::see(aws, &mut seen).await;
    storage::see(aws, &mut seen).await;
    watching::see(aws, &mut seen).await;
    seen.0
}

#[derive(Default)]
struct Observed(Inventory);

impl Observed {
    fn add(&mut self, kind: &str, identity: impl AsRef<str>) {
        *self.0.entry(format!("{kind} {}", identity.as_ref())).or_default() += 1;
    }
}

/// Returns a name without the hashes of identity and content.
fn plain(name: &str) -> String {
    let is_hash = |part: &str| part.len() == 10 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.split('-').filter(|part| !is_hash(part)).collect::<Vec<_>>().join("-")
}

/// Returns the last part of an ARN, without hashes.
fn plain_arn(arn: &str) -> String {
    plain(arn.rsplit(':').next().unwrap_or(arn))
}

/// Returns the differences between two inventories, in words.
pub fn difference(expected: &Inventory, found: &Inventory) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let count = |inventory: &Inventory, name: &String| inventory.get(name).copied().unwrap_or(0);
    names
        .into_iter()
        .map(|name| (name, count(expected, name), count(found, name)))
        .filter(|(_, expected, found)| expected != found)
        .map(|(name, expected, found)| format!("{name}: {found} in place of {expected}"))
        .collect()
}
