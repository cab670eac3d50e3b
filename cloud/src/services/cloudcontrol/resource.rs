//! Resources, as the document keeps them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::behaviour::names;
use super::schema::path;
use crate::documents::Tables;
use crate::service::Fault;
use crate::services::json::damaged;

/// The table of resources, by type and identifier.
const TABLE: &str = "Resource";

/// A resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// Its type.
    pub type_name: String,
    /// Its identifier.
    pub identifier: String,
    /// Its properties, those that no read shows among them.
    pub model: Value,
    /// When it begins to exist, in milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// When its deletion began, in milliseconds since the Unix epoch.
    pub deleting_ms: Option<i64>,
    /// When its creation is over, in milliseconds since the Unix epoch.
    pub ready_ms: i64,
    /// How often it was updated.
    pub updates: u64,
}

impl Resource {
    /// Returns the resource of an identifier, if it exists at an instant.
    pub fn find(tables: &Tables, type_name: &str, identifier: &str, now_ms: i64) -> Result<Option<Self>, Fault> {
        let found = tables.get(TABLE, &key(type_name, identifier)).map(read).transpose()?;
        Ok(found.filter(|resource| resource.from_ms <= now_ms))
    }

    /// Returns the resources of a type that exist at an instant, in the order of their identifiers.
    pub fn all_of(tables: &Tables, type_name: &str, now_ms: i64) -> Result<Vec<Self>, Fault> {
        let beginning = key(type_name, "");
        let of_type = tables.all(TABLE).filter(|(key, _)| key.starts_with(&beginning));
        let mut found = of_type.map(|(_, record)| read(record)).collect::<Result<Vec<_>, _>>()?;
        found.retain(|resource| resource.from_ms <= now_ms);
        Ok(found)
    }

    /// Returns all resources.
    pub fn all(tables: &Tables) -> Result<Vec<Self>, Fault> {
        tables.all(TABLE).map(|(_, record)| read(record)).collect()
    }

    /// Returns the first resource of a type one of whose properties has a value.
    pub fn named(
        tables: &Tables,
        type_name: &str,
        properties: &[&str],
        value: &Value,
        now_ms: i64,
    ) -> Result<Option<Self>, Fault> {
        let is_it = |resource: &Self| properties.iter().any(|property| names(value, &resource.model[*property]));
        Ok(Self::all_of(tables, type_name, now_ms)?.into_iter().find(is_it))
    }

    /// Returns the resources of a type that have a value at a path.
    pub fn with(tables: &Tables, type_name: &str, at: &str, value: &Value, now_ms: i64) -> Result<Vec<Self>, Fault> {
        let mut found = Self::all_of(tables, type_name, now_ms)?;
        found.retain(|resource| path::values(&resource.model, at).into_iter().any(|theirs| names(theirs, value)));
        Ok(found)
    }

    /// Stores it.
    pub fn save(&self, tables: &mut Tables) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged("Cloud Control", &error))?;
        tables.put(TABLE, key(&self.type_name, &self.identifier), record);
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&self, tables: &mut Tables) {
        tables.remove(TABLE, &key(&self.type_name, &self.identifier));
    }
}

fn key(type_name: &str, identifier: &str) -> String {
    format!("{type_name} {identifier}")
}

fn read(record: &Value) -> Result<Resource, Fault> {
    Resource::deserialize(record).map_err(|error| damaged("Cloud Control", &error))
}
