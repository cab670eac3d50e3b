//! What the embedded cloud remembers: one JSON document for each service and region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The document of one service in one region: named tables of records.
///
/// A record is whatever JSON the service wants to remember, usually what a create call sent plus what AWS adds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tables(BTreeMap<String, BTreeMap<String, Value>>);

impl Tables {
    /// The record `key` of `table`.
    pub fn get(&self, table: &str, key: &str) -> Option<&Value> {
        self.0.get(table)?.get(key)
    }

    /// The record `key` of `table`, to change.
    pub fn get_mut(&mut self, table: &str, key: &str) -> Option<&mut Value> {
        self.0.get_mut(table)?.get_mut(key)
    }

    /// Stores a record, replacing the one of that key.
    pub fn put(&mut self, table: &str, key: impl Into<String>, record: Value) {
        self.0.entry(table.to_owned()).or_default().insert(key.into(), record);
    }

    /// Removes and returns a record.
    pub fn remove(&mut self, table: &str, key: &str) -> Option<Value> {
        self.0.get_mut(table)?.remove(key)
    }

    /// All records of a table, in the order of their keys.
    pub fn all<'a>(&'a self, table: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.0.get(table).into_iter().flatten().map(|(key, record)| (key.as_str(), record))
    }

    /// Keeps only the records of `table` for which `keep` answers true.
    pub fn retain(&mut self, table: &str, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        if let Some(records) = self.0.get_mut(table) {
            records.retain(|key, record| keep(key, record));
        }
    }
}

/// The documents that one call may see: its own service's, to change, and the others', to check references.
pub struct World<'a> {
    /// The document of the service that answers, in the region that was asked.
    pub own: &'a mut Tables,
    others: &'a dyn Fn(&str) -> Tables,
    /// The region of the call, e.g. `us-east-1`.
    pub region: &'a str,
    /// The account of the embedded cloud, 12 digits.
    pub account: &'a str,
    /// The instant of the call, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// How long a transition (an endpoint coming into service, a NAT gateway becoming available) takes, in milliseconds.
    pub transition_ms: i64,
    /// How long after its creation a role can be assumed, in milliseconds.
    pub assumable_after_ms: i64,
    /// How long network interfaces stay after the deletion of what they served, in milliseconds.
    pub interfaces_linger_ms: i64,
}

impl<'a> World<'a> {
    /// Puts a call's view together; `others` answers the document of another service in the same region.
    pub fn new(
        own: &'a mut Tables,
        others: &'a dyn Fn(&str) -> Tables,
        region: &'a str,
        account: &'a str,
        now_ms: i64,
        transition_ms: i64,
    ) -> Self {
        Self { own, others, region, account, now_ms, transition_ms, assumable_after_ms: 0, interfaces_linger_ms: 0 }
    }

    /// The document of another service of this crate in the same region, by signing name (`ec2`, `sagemaker`);
    /// for the global services `iam`, `sts`, `budgets` the one document there is.
    pub fn other(&self, service: &str) -> Tables {
        (self.others)(service)
    }
}
