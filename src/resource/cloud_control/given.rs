//! From the inputs of a declaration to AWS's properties.

use serde_json::{Map, Value, json};

use super::{Form, Property, TagForm};

/// Returns inputs as properties. Fields without a value are left out: `null` makes handlers fail.
pub fn given(table: &[Property], inputs: &Value) -> Map<String, Value> {
    let mut properties = Map::new();
    for property in table {
        if let Some(value) = inputs.get(property.field).and_then(|value| encode(property.form, value)) {
            put(&mut properties, property.path, value);
        }
    }
    properties
}

fn encode(form: Form, value: &Value) -> Option<Value> {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if is_empty {
        return None;
    }
    Some(match form {
        Form::Plain => value.clone(),
        Form::Flag => return (*value == true).then_some(Value::Bool(true)),
        Form::Words(words) => {
            let known = words.iter().find(|(ours, _)| *value == **ours);
            known.map_or_else(|| value.clone(), |(_, theirs)| Value::from(*theirs))
        }
        Form::Object(members) => Value::Object(given(members, value)),
        Form::List(members) => {
            let items = value.as_array().into_iter().flatten();
            items.map(|item| Value::Object(given(members, item))).collect()
        }
        Form::JsonText => Value::String(super::canonical(value)),
        Form::Tags(TagForm::Map) => value.clone(),
        Form::Tags(TagForm::List) => {
            let tags = value.as_object().into_iter().flatten();
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
        }
    })
}

fn put(properties: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        None => {
            properties.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = properties.entry(first).or_insert_with(|| json!({}));
            if let Some(members) = inner.as_object_mut() {
                put(members, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_properties_and_keys_of_maps_stay() {
        const ITEM: &[Property] = &[Property::plain("name", "AttributeName")];
        let table = [
            Property::plain("seconds", "DelaySeconds"),
            Property::plain("variables", "Environment/Variables"),
            Property::flag("fifo", "FifoQueue"),
            Property::words("kind", "Mode", &[("mutable", "MUTABLE")]),
            Property::list("items", "Items", ITEM),
            Property::json_text("policy", "Policy"),
            Property::plain("absent", "Absent"),
            Property::tags("Tags"),
        ];
        let inputs = json!({
            "seconds": 0, "variables": { "my_key": "x" }, "fifo": false, "kind": "mutable", "items": [{ "name": "a" }],
            "policy": { "b": 1, "a": 2 }, "absent": null, "tags": { "team": "llm" },
        });
        let expected = json!({
            "DelaySeconds": 0, "Environment": { "Variables": { "my_key": "x" } }, "Mode": "MUTABLE",
            "Items": [{ "AttributeName": "a" }], "Policy": "{\"a\":2,\"b\":1}", "Tags": [{ "Key": "team", "Value": "llm" }],
        });
        assert_eq!(Value::Object(given(&table, &inputs)), expected);
        let tags = given(&[Property::tag_map("BackupVaultTags")], &inputs);
        assert_eq!(Value::Object(tags), json!({ "BackupVaultTags": { "team": "llm" } }));
    }
}
