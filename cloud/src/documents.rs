//! Documents: the memory of the embedded cloud, one JSON document for each service and region.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::durations::Durations;
use crate::partition;
use crate::usage::Entry;

/// The document of one service in one region: named tables of records.
///
/// A record is any JSON that the service wants to remember, usually the input of a create call plus AWS's additions. A
/// clone shares all of it with the original until one of them changes a record, and comparing the two is as cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, Arc<Table>>);

type Table = BTreeMap<String, Arc<Value>>;

impl Tables {
    /// Returns the record `key` of `table`.
    pub fn get(&self, table: &str, key: &str) -> Option<&Value> {
        Some(self.0.get(table)?.get(key)?.as_ref())
    }

    /// Returns the record `key` of `table`, to change.
    pub fn get_mut(&mut self, table: &str, key: &str) -> Option<&mut Value> {
        let table = self.0.get_mut(table).filter(|table| table.contains_key(key))?;
        Arc::make_mut(table).get_mut(key).map(Arc::make_mut)
    }

    /// Stores a record, replacing the one of that key.
    pub fn put(&mut self, table: &str, key: impl Into<String>, record: Value) {
        Arc::make_mut(self.0.entry(table.to_owned()).or_default()).insert(key.into(), Arc::new(record));
    }

    /// Removes and returns a record.
    pub fn remove(&mut self, table: &str, key: &str) -> Option<Value> {
        let table = self.0.get_mut(table).filter(|table| table.contains_key(key))?;
        Arc::make_mut(table).remove(key).map(Arc::unwrap_or_clone)
    }

    /// Returns all records of a table, in the order of their keys.
    pub fn all<'a>(&'a self, table: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let records = self.0.get(table).into_iter().flat_map(|table| table.iter());
        records.map(|(key, record)| (key.as_str(), record.as_ref()))
    }

    /// Returns copies of all records with their tables and keys.
    pub fn everything(&self) -> Vec<(String, String, Value)> {
        let of_table = |(name, table): (&String, &Arc<Table>)| {
            let (name, table) = (name.clone(), Arc::clone(table));
            let records = table.iter().map(|(key, record)| (name.clone(), key.clone(), Value::clone(record)));
            records.collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_table).collect()
    }

    /// Keeps only the records of `table` for which `keep` returns true.
    pub fn retain(&mut self, table: &str, mut keep: impl FnMut(&str, &Value) -> bool) {
        let Some(table) = self.0.get_mut(table) else { return };
        let gone: Vec<String> =
            table.iter().filter(|(key, record)| !keep(key, record)).map(|(key, _)| key.clone()).collect();
        if !gone.is_empty() {
            let table = Arc::make_mut(table);
            gone.iter().for_each(|key| _ = table.remove(key));
        }
    }
}

impl Serialize for Tables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Records<'a>(&'a Table);
        impl Serialize for Records<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(key, record)| (key, record.as_ref())))
            }
        }
        serializer.collect_map(self.0.iter().map(|(name, table)| (name, Records(table))))
    }
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tables = BTreeMap::<String, BTreeMap<String, Value>>::deserialize(deserializer)?;
        let shared = |table: BTreeMap<String, Value>| {
            Arc::new(table.into_iter().map(|(key, record)| (key, Arc::new(record))).collect::<Table>())
        };
        Ok(Self(tables.into_iter().map(|(name, table)| (name, shared(table))).collect()))
    }
}

/// A call that a service makes to another one in the same region, as AWS's services do for their users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCall {
    /// The signing name of the called service. Its protocol is JSON.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The input.
    pub input: Value,
}

/// A failure of the handler of a creation, after it has made its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerFault {
    /// It breaks off, and its request ends as failed.
    AfterCreation,
    /// It tries again inside, and its request ends as failed because the resource is there.
    AlreadyExists,
}

/// The documents that one call may see: its own service's, to change, and the others', to check references.
pub struct CallContext<'a> {
    /// The document of the called service, in the region of the call.
    pub own: &'a mut Tables,
    others: &'a dyn Fn(&str) -> Tables,
    /// The region of the call, e.g. `us-east-1`.
    pub region: &'a str,
    /// The account of the embedded cloud, 12 digits.
    pub account: &'a str,
    /// The instant of the call, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// How long transitions take.
    pub durations: Durations,
    /// How long after its creation a role can be assumed, in milliseconds.
    pub assumable_after_ms: i64,
    /// How long an instance takes for a request of an asynchronous endpoint, in milliseconds.
    pub processing_ms: i64,
    /// How long after the beginning of its minute a data point of a published metric shows, in milliseconds.
    pub metrics_lag_ms: i64,
    /// How long network interfaces stay after the deletion of the resource they served, in milliseconds.
    pub interfaces_linger_ms: i64,
    /// Whether AWS has no instances for the endpoint that the call creates or updates.
    pub no_capacity: bool,
    /// How the handler of a creation fails that the call asks Cloud Control for.
    pub handler_fault: Option<HandlerFault>,
    /// Why the caller's policies do not let the handler of a request act.
    pub denied: Option<String>,
    /// How long after usage Cost Explorer knows of it, in milliseconds.
    pub bill_lag_ms: i64,
    /// The calls to other services that follow this one, unless it is refused. A refusal of theirs changes nothing.
    pub calls: Vec<OwnCall>,
    /// Whether the changes of this call stay although it is refused, as those of a metric that counts refusals.
    pub keeps_refusal: bool,
    /// Returns what the meter has of all services and regions.
    pub(crate) meter: Option<&'a dyn Fn() -> Vec<Entry>>,
}

impl<'a> CallContext<'a> {
    /// Makes the context of a call; `others` returns the document of another service in the same region.
    pub fn new(
        own: &'a mut Tables,
        others: &'a dyn Fn(&str) -> Tables,
        region: &'a str,
        account: &'a str,
        now_ms: i64,
        durations: Durations,
    ) -> Self {
        Self {
            own,
            others,
            region,
            account,
            now_ms,
            durations,
            assumable_after_ms: 0,
            processing_ms: 0,
            metrics_lag_ms: 0,
            interfaces_linger_ms: 0,
            no_capacity: false,
            handler_fault: None,
            denied: None,
            bill_lag_ms: 0,
            keeps_refusal: false,
            calls: Vec::new(),
            meter: None,
        }
    }

    /// Returns the partition of the region, as ARNs have it.
    pub fn partition(&self) -> &'static str {
        partition::of(self.region)
    }

    /// Returns the document of another service of this crate in the same region, by signing name (`ec2`, `sagemaker`);
    /// for the global services `iam`, `sts`, `budgets` the one document there is.
    pub fn other(&self, service: &str) -> Tables {
        (self.others)(service)
    }

    /// Returns what the meter has of all services and regions.
    pub(crate) fn metered(&self) -> Vec<Entry> {
        self.meter.map(|meter| meter()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_clone_changes_by_itself_and_unchanged_records_stay_shared() {
        let mut tables = Tables::default();
        tables.put("T", "a", json!({ "n": 1 }));
        tables.put("T", "b", json!({ "n": 2 }));
        let mut copy = tables.clone();
        copy.retain("T", |_, record| record["n"].is_number());
        assert!(copy.get_mut("T", "none").is_none() && copy.remove("T", "none").is_none());
        assert!(Arc::ptr_eq(&copy.0["T"], &tables.0["T"]));
        copy.get_mut("T", "a").unwrap()["n"] = json!(3);
        assert_eq!((&copy.get("T", "a").unwrap()["n"], &tables.get("T", "a").unwrap()["n"]), (&json!(3), &json!(1)));
        assert!(Arc::ptr_eq(&copy.0["T"]["b"], &tables.0["T"]["b"]));
        assert_ne!(copy, tables);
        copy.retain("T", |key, _| key == "b");
        assert_eq!(serde_json::to_value(&copy).unwrap(), json!({ "T": { "b": { "n": 2 } } }));
        let read: Tables = serde_json::from_value(json!({ "T": { "b": { "n": 2 } } })).unwrap();
        assert_eq!(read, copy);
    }
}
