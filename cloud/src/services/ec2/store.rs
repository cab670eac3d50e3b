//! Typed records in the tables of the region's document.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Kind;
use crate::documents::Tables;
use crate::service::Fault;

/// Something that EC2 remembers under an id.
pub trait Record: Serialize + DeserializeOwned {
    /// Its kind: table, id form and codes.
    const KIND: Kind;

    /// Returns its id.
    fn id(&self) -> &str;
}

/// Returns all records of a kind, in the order of their ids.
pub fn all<T: Record>(tables: &Tables) -> Result<Vec<T>, Fault> {
    tables.all(T::KIND.table).map(|(id, value)| read(id, value)).collect()
}

/// Returns the record of an id, or the error that fits: malformed or not found.
pub fn find<T: Record>(tables: &Tables, id: &str) -> Result<T, Fault> {
    T::KIND.check_form(id)?;
    let value = tables.get(T::KIND.table, id).ok_or_else(|| T::KIND.missing(id))?;
    read(id, value)
}

/// Stores a record under its id.
pub fn save<T: Record>(tables: &mut Tables, record: &T) -> Result<(), Fault> {
    let value = serde_json::to_value(record).map_err(|error| damaged(record.id(), &error))?;
    tables.put(T::KIND.table, record.id(), value);
    Ok(())
}

/// Forgets a record and its tags.
pub fn remove<T: Record>(tables: &mut Tables, id: &str) {
    tables.remove(T::KIND.table, id);
    super::tags::forget(tables, id);
}

fn read<T: Record>(id: &str, value: &Value) -> Result<T, Fault> {
    T::deserialize(value).map_err(|error| damaged(id, &error))
}

fn damaged(id: &str, error: &serde_json::Error) -> Fault {
    Fault { status: 500, code: "InternalError".into(), message: format!("the record of {id} is damaged: {error}") }
}
