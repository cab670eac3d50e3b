//! Keys of `[stacks.NAME]` that are ours: they are taken out before the settings go to the stack's program.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::suggest::{did_you_mean, nearest};
use ebbtide::program::Reply;
use ebbtide::stack::typed;

/// The reserved keys.
const RESERVED: [&str; 4] = ["schedule", "budget", "usage", "rollout"];

/// Returns whether a key of `[stacks.NAME]` is ours.
pub(super) fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key)
}

/// Returns the settings of a stack without the reserved keys; `None` if nothing else is set.
pub(super) fn own_settings(settings: &Value) -> Option<Value> {
    let Some(fields) = settings.as_object() else { return Some(settings.clone()) };
    let own: Map<String, Value> =
        fields.iter().filter(|(key, _)| !is_reserved(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    (!own.is_empty() || own.len() == fields.len()).then_some(Value::Object(own))
}

/// Returns the settings of all stacks without the reserved keys.
pub(super) fn all_own_settings(stacks: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    stacks.iter().filter_map(|(stack, settings)| Some((stack.clone(), own_settings(settings)?))).collect()
}

/// Returns the tables of a reserved key, by stack. One that cannot be read is a fault with its place.
pub(super) fn tables<T: DeserializeOwned>(
    document: &Document,
    stacks: &BTreeMap<String, Value>,
    key: &str,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, T> {
    let mut tables = BTreeMap::new();
    for (stack, settings) in stacks.iter().filter_map(|(stack, settings)| Some((stack, settings.get(key)?))) {
        match typed(settings) {
            Ok(table) => {
                tables.insert(stack.clone(), table);
            }
            Err(fault) => {
                let path = [path_to(&["stacks", stack, key]), fault.path].concat();
                let message = format!("{}: {}", path.join("."), fault.message);
                faults.push(Fault { location: document.of_value(&path), message });
            }
        }
    }
    tables
}

/// Returns a fault for each reserved key that the settings of a stack have for themselves.
pub(super) fn claimed(document: &Document, reply: &Reply) -> Vec<Fault> {
    let mut faults = Vec::new();
    for stack in &reply.stacks {
        let schema = resolved(stack.schema.as_value(), &reply.definitions);
        let properties = schema.get("properties").and_then(Value::as_object);
        for key in RESERVED.iter().filter(|key| properties.is_some_and(|properties| properties.contains_key(**key))) {
            let message = format!(
                "the program of stack {} has a setting `{key}`, which `ebb` reserves; give it another name",
                stack.name
            );
            faults.push(Fault { location: document.of_key(&path_to(&["stacks", &stack.name, key])), message });
        }
    }
    faults
}

/// Returns a fault for each table of a reserved key whose stack is not among the known ones.
pub(super) fn of_unknown_stacks<'a>(
    document: &Document,
    key: &str,
    stacks: impl Iterator<Item = &'a String>,
    known: &[String],
) -> Vec<Fault> {
    let unknown = stacks.filter(|stack| !known.contains(stack)).map(|stack| {
        let near = did_you_mean(nearest(stack, known.iter().map(String::as_str)));
        let listed = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
        let message = format!(
            "stacks.{stack}.{key}: there is no stack `{stack}` yet, so this has no effect{near} (known: {listed})"
        );
        Fault { location: document.of_key(&path_to(&["stacks", stack, key])), message }
    });
    unknown.collect()
}

/// Returns the schema that a reference leads to, or the schema itself.
pub(super) fn resolved<'a>(schema: &'a Value, definitions: &'a Map<String, Value>) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.and_then(|name| definitions.get(name)).unwrap_or(schema)
}

/// Returns the schema of `[stacks.NAME]`: that of the stack's settings, with the schemas of reserved keys.
pub(super) fn with_reserved(schema: &Value, definitions: &Map<String, Value>, reserved: &Map<String, Value>) -> Value {
    let mut merged = resolved(schema, definitions).clone();
    let is_null = merged.get("type").is_some_and(|kind| kind == "null");
    let is_object =
        merged.get("properties").is_some() || is_null || merged.get("type").is_some_and(|kind| kind == "object");
    let composed = ["allOf", "anyOf", "oneOf", "$ref"].iter().any(|word| merged.get(*word).is_some());
    match merged.as_object_mut() {
        Some(fields) if is_object && !composed => {
            if is_null {
                fields.insert("type".to_owned(), "object".into());
            }
            let properties = fields.entry("properties").or_insert_with(|| Value::Object(Map::new()));
            if let Some(properties) = properties.as_object_mut() {
                properties.extend(reserved.clone());
            }
            if let Some(description) = schema.get("description") {
                fields.insert("description".to_owned(), description.clone());
            }
            merged
        }
        // Both describe the same table, so neither is closed.
        _ => serde_json::json!({"allOf": [schema, {"properties": reserved, "additionalProperties": true}]}),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reserved_keys_are_no_settings_of_the_stack() {
        let own = |settings: Value| own_settings(&settings);
        assert_eq!(own(json!({"cidr": "x", "schedule": {}})), Some(json!({"cidr": "x"})));
        assert_eq!(own(json!({"schedule": {}, "budget": {}})), None);
        assert_eq!(own(json!({})), Some(json!({})));
        assert_eq!(own(json!("text")), Some(json!("text")));
    }

    #[test]
    fn a_closed_schema_gets_the_reserved_keys() {
        let reserved = json!({"schedule": {"$ref": "#/$defs/ScheduleSettings"}});
        let reserved = reserved.as_object().unwrap();
        let definitions = json!({"Settings": {"type": "object", "properties": {"cidr": {"type": "string"}}}});
        let reference = json!({"$ref": "#/$defs/Settings", "description": "a shop"});
        let merged = with_reserved(&reference, definitions.as_object().unwrap(), reserved);
        assert_eq!(merged["description"], "a shop");
        assert!(merged["properties"]["cidr"].is_object() && merged["properties"]["schedule"].is_object());
        let empty = with_reserved(&json!({"type": "object"}), &Map::new(), reserved);
        assert!(empty["properties"]["schedule"].is_object(), "{empty}");
        let alternatives = with_reserved(&json!({"oneOf": [{"type": "object"}]}), &Map::new(), reserved);
        assert_eq!(alternatives["allOf"][1]["additionalProperties"], true);
        let nothing = with_reserved(&json!({"type": "null"}), &Map::new(), reserved);
        assert_eq!(
            nothing,
            json!({"type": "object", "properties": {"schedule": {"$ref": "#/$defs/ScheduleSettings"}}})
        );
    }
}
