//! From the inputs of a declaration to AWS's properties.

use serde_json::{Map, Value, json};

use super::{Entries, Form, Property, TagForm};

/// Returns inputs as properties. Fields without a value are left out: `null` makes handlers fail.
pub fn given(table: &[Property], inputs: &Value) -> Map<String, Value> {
    let mut properties = Map::new();
    for property in table.iter().filter(|property| !matches!(property.form, Form::Recorded)) {
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
        Form::Plain | Form::Recorded => value.clone(),
        Form::Flag => return (*value == true).then_some(Value::Bool(true)),
        Form::Words(words) => match value {
            Value::Array(items) => items.iter().map(|item| theirs(words, item)).collect(),
            one => theirs(words, one),
        },
        Form::OnlyWord(words) => json!([theirs(words, value)]),
        Form::Switch(on, off) => Value::from(if *value == true { on } else { off }),
        Form::Object(members) => Value::Object(given(members, value)),
        Form::Map(members, entries) => {
            let entry = |(key, value): (&String, &Value)| {
                let mut entry = given(members, value);
                if let Entries::With(member, value) = entries {
                    entry.insert(member.to_owned(), Value::from(value));
                }
                (key.clone(), Value::Object(entry))
            };
            Value::Object(value.as_object().into_iter().flatten().map(entry).collect())
        }
        Form::List(members) => {
            let items = value.as_array().into_iter().flatten();
            items.map(|item| Value::Object(given(members, item))).collect()
        }
        Form::JsonText => Value::String(super::canonical(value)),
        Form::Tags(TagForm::Map) => value.clone(),
        Form::Tags(TagForm::List) | Form::Settings(_) => {
            let tags = value.as_object().into_iter().flatten();
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
        }
    })
}

/// Returns AWS's word for one of ours.
fn theirs(words: &[(&str, &str)], value: &Value) -> Value {
    let known = words.iter().find(|(ours, _)| *value == **ours);
    known.map_or_else(|| value.clone(), |(_, theirs)| Value::from(*theirs))
}

/// Returns the settings that one declaration has and another has no longer, as AWS's properties: each with its default.
pub fn reset(table: &[Property], from: &Value, to: &Value) -> Map<String, Value> {
    let mut properties = Map::new();
    for property in table {
        let Form::Settings(default) = property.form else { continue };
        let old = from[property.field].as_object().into_iter().flat_map(Map::keys);
        let gone = old.filter(|key| to[property.field].get(key.as_str()).is_none());
        let settings: Vec<_> = gone.filter_map(|key| Some(json!({ "Key": key, "Value": default(key)? }))).collect();
        if !settings.is_empty() {
            put(&mut properties, property.path, settings.into());
        }
    }
    properties
}

fn put(properties: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        None => match (properties.get_mut(path).and_then(Value::as_object_mut), value) {
            // Two fields share a map.
            (Some(there), Value::Object(members)) => there.extend(members),
            (_, value) => {
                properties.insert(path.to_owned(), value);
            }
        },
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
            Property::words("forms", "Forms", &[("text", "TEXT"), ("image", "IMAGE")]),
            Property::list("items", "Items", ITEM),
            Property::json_text("policy", "Policy"),
            Property::only_word("cpu", "Architectures", &[("arm", "arm64")]),
            Property::map("limits", "Limits", ITEM, Entries::All),
            Property::recorded("revision"),
            Property::plain("absent", "Absent"),
            Property::tags("Tags"),
        ];
        let inputs = json!({
            "seconds": 0, "variables": { "my_key": "x" }, "fifo": false, "kind": "mutable", "forms": ["image", "text"],
            "items": [{ "name": "a" }],
            "policy": { "b": 1, "a": 2 }, "absent": null, "cpu": "arm",
            "limits": { "/a/GET": { "name": "x" } }, "revision": "r", "tags": { "team": "llm" },
        });
        let expected = json!({
            "DelaySeconds": 0, "Environment": { "Variables": { "my_key": "x" } }, "Mode": "MUTABLE", "Forms": ["IMAGE", "TEXT"],
            "Items": [{ "AttributeName": "a" }], "Policy": "{\"a\":2,\"b\":1}",
            "Architectures": ["arm64"], "Limits": { "/a/GET": { "AttributeName": "x" } }, "Tags": [{ "Key": "team", "Value": "llm" }],
        });
        assert_eq!(Value::Object(given(&table, &inputs)), expected);
        const FIELD: &[Property] = &[Property::plain("kind", "Type")];
        const VECTOR: &[Property] = &[Property::plain("size", "Size")];
        let shared = [
            Property::map("vectors", "Fields", VECTOR, Entries::With("Type", "vector")),
            Property::map("others", "Fields", FIELD, Entries::Without("Type", "vector")),
            Property::switch("on", "State", "ENABLED", "DISABLED"),
        ];
        let inputs = json!({ "vectors": { "v": { "size": 2 } }, "others": { "t": { "kind": "text" } }, "on": false });
        let expected =
            json!({ "Fields": { "v": { "Size": 2, "Type": "vector" }, "t": { "Type": "text" } }, "State": "DISABLED" });
        assert_eq!(Value::Object(given(&shared, &inputs)), expected);
        let settings = [Property::settings("settings", "Attributes", |key| (key == "idle").then_some("60"))];
        let inputs = json!({ "settings": { "idle": "5", "logs": "x" } });
        let expected = json!({ "Attributes": [{ "Key": "idle", "Value": "5" }, { "Key": "logs", "Value": "x" }] });
        assert_eq!(Value::Object(given(&settings, &inputs)), expected);
        let expected = json!({ "Attributes": [{ "Key": "idle", "Value": "60" }] });
        assert_eq!(Value::Object(reset(&settings, &inputs, &json!({ "settings": {} }))), expected);
        assert!(reset(&settings, &inputs, &inputs).is_empty());
        let tags = given(&[Property::tag_map("BackupVaultTags")], &json!({ "tags": { "team": "llm" } }));
        assert_eq!(Value::Object(tags), json!({ "BackupVaultTags": { "team": "llm" } }));
    }
}
