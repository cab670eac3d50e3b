//! Attributes as SNS sends them: a map of texts, `Attributes.entry.1.key=…`.

use serde_json::{Map, Value, json};

use super::input::invalid;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// Returns the attributes of a create call.
pub(super) fn given(input: &Parameters) -> Map<String, Value> {
    input
        .list("Attributes.entry")
        .iter()
        .filter_map(|entry| Some((entry.get("key")?.to_owned(), json!(entry.get("value").unwrap_or_default()))))
        .collect()
}

/// Returns whether each of the given attributes has this value among `kept`; an attribute that is not kept counts as
/// empty.
pub(super) fn agree(given: &Map<String, Value>, kept: &Value) -> bool {
    given.iter().all(|(name, value)| {
        let (value, kept) = (value.as_str().unwrap_or_default(), kept[name].as_str().unwrap_or_default());
        value == kept || same_document(value, kept)
    })
}

/// Two texts of the same JSON document, whatever their spacing.
fn same_document(one: &str, other: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    parse(one).zip(parse(other)).is_some_and(|(one, other)| one == other)
}

/// Stores an attribute; an empty value takes it away.
pub(super) fn store(attributes: &mut Value, name: &str, value: &str) {
    if let Value::Object(attributes) = attributes {
        if value.is_empty() {
            attributes.remove(name);
        } else {
            attributes.insert(name.to_owned(), json!(value));
        }
    }
}

/// Refuses a value that is not a JSON object.
pub(super) fn document(name: &str, value: &str) -> Result<(), Fault> {
    match serde_json::from_str::<Value>(value) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err(invalid(format!("{name}: must be a JSON object"))),
        Err(error) => Err(invalid(format!("{name}: failed to parse JSON. {error}"))),
    }
}

/// Refuses a value that is not among `choices`.
pub(super) fn one_of(name: &str, value: &str, choices: &[&str]) -> Result<(), Fault> {
    if choices.contains(&value) {
        return Ok(());
    }
    Err(invalid(format!("{name} Reason: must be one of {}", choices.join(", "))))
}
