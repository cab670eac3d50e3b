//! Identifiers: the values of the primary identifier in the order of the schema, joined by `|`. A caller may also give JSON, with
//! the properties of the primary or of another identifier ("Identifying resources", Cloud Control API User Guide).

use serde_json::{Map, Value};

use super::resource::Resource;
use super::schema::{Facts, path};
use crate::documents::Tables;
use crate::service::Fault;

/// Returns the identifier of a model. None: a part of it is missing.
pub fn of(facts: &Facts, model: &Value) -> Option<String> {
    let parts = facts.primary_identifier.iter().map(|property| path::text(model, property));
    Some(parts.collect::<Option<Vec<_>>>()?.join("|"))
}

/// Returns the part of a model that identifies it.
pub fn identity(facts: &Facts, model: &Value) -> Value {
    let part = |property: &String| Some((property.clone(), model.get(property)?.clone()));
    Value::Object(facts.primary_identifier.iter().filter_map(part).collect())
}

/// Returns the resource that a caller identifies.
pub fn find(tables: &Tables, facts: &Facts, text: &str, now_ms: i64) -> Result<Option<Resource>, Fault> {
    let Some(parts) = serde_json::from_str::<Map<String, Value>>(text).ok() else {
        return Resource::find(tables, &facts.type_name, text, now_ms);
    };
    let sets = std::iter::once(&facts.primary_identifier).chain(&facts.additional_identifiers);
    let fits = |set: &Vec<String>| set.len() == parts.len() && set.iter().all(|property| parts.contains_key(property));
    if !sets.into_iter().any(fits) {
        return Ok(None);
    }
    let is_it = |resource: &Resource| parts.iter().all(|(property, value)| resource.model[property] == *value);
    Ok(Resource::all_of(tables, &facts.type_name, now_ms)?.into_iter().find(is_it))
}

/// Returns the error for an identifier that identifies nothing.
pub fn not_found(facts: &Facts, identifier: &str) -> Fault {
    Fault::new("ResourceNotFoundException", missing(facts, identifier))
}

/// Returns the message for an identifier that identifies nothing, in CloudFormation's words.
pub fn missing(facts: &Facts, identifier: &str) -> String {
    format!("Resource of type '{}' with identifier '{identifier}' was not found.", facts.type_name)
}
