//! From AWS's properties to the inputs of a declaration: the live model, cut to the shape that was declared.

use serde_json::{Value, json};

use super::{Form, Property};
use crate::resource::{Tags, own_tags};

/// Returns the live properties as inputs. `last` are the inputs as last applied: a field that they leave out stays without the
/// default that AWS gave it, and a list is in their order if it has the same members. Without `last`, all is taken, and a field of
/// which AWS shows nothing is left out: it has its own default.
pub fn read(table: &[Property], live: &Value, last: Option<&Value>) -> Value {
    let field = |property: &Property| {
        let last = last.map(|last| last.get(property.field).unwrap_or(&Value::Null));
        let live = live.pointer(&format!("/{}", property.path)).filter(|live| !live.is_null());
        let value = decode(property, live, last);
        (last.is_some() || !value.is_null()).then(|| (property.field.to_owned(), value))
    };
    Value::Object(table.iter().filter_map(field).collect())
}

/// Returns inputs as [`read`] returns them, without the fields that have no value: those of a struct may be lists and maps, which
/// are empty then.
pub fn present(table: &[Property], inputs: Value) -> Value {
    let Value::Object(mut fields) = inputs else { return inputs };
    fields.retain(|_, value| !value.is_null());
    for property in table {
        let Some(value) = fields.get_mut(property.field) else { continue };
        match (property.form, &mut *value) {
            (Form::Object(members), _) => *value = present(members, value.take()),
            (Form::List(members), Value::Array(items)) => {
                items.iter_mut().for_each(|item| *item = present(members, item.take()));
            }
            (Form::Map(members, _), Value::Object(entries)) => {
                entries.values_mut().for_each(|entry| *entry = present(members, entry.take()));
            }
            _ => {}
        }
    }
    Value::Object(fields)
}

fn decode(property: &Property, live: Option<&Value>, last: Option<&Value>) -> Value {
    if property.write_only || matches!(property.form, Form::Recorded) {
        return last.cloned().unwrap_or_default();
    }
    let is_declared = last.is_none_or(|last| !last.is_null());
    if !is_declared && !property.has_no_default {
        return Value::Null;
    }
    let Some(live) = live else { return absent(property.form, last) };
    let last = last.filter(|_| is_declared);
    match property.form {
        _ if property.is_rewritten && last.is_some() => last.cloned().unwrap_or_default(),
        Form::Plain | Form::Recorded => match (live, last) {
            // 10000 and 10000.0 are one number.
            (Value::Number(number), Some(Value::Number(declared))) if number.as_f64() == declared.as_f64() => {
                Value::Number(declared.clone())
            }
            (Value::Array(items), Some(Value::Array(last))) if !property.is_ordered => {
                in_order_of(last, items.iter().collect(), |item, _| item.clone())
            }
            _ => live.clone(),
        },
        Form::Flag => live.clone(),
        Form::Words(words) => match (live, last) {
            (Value::Array(items), Some(Value::Array(last))) if !property.is_ordered => {
                in_order_of(last, items.iter().collect(), |item, _| ours(words, item))
            }
            (Value::Array(items), _) => items.iter().map(|item| ours(words, item)).collect(),
            (one, _) => ours(words, one),
        },
        Form::OnlyWord(words) => ours(words, live.get(0).unwrap_or(live)),
        Form::Switch(on, _) => Value::Bool(*live == *on),
        Form::Map(members, entries) => {
            let entries = live.as_object().into_iter().flatten().filter(|(_, entry)| entries.has(entry));
            let declared = |key: &String| last.is_none_or(|last| last.get(key).is_some());
            let entries = entries.filter(|(key, _)| declared(key));
            let entry = |(key, entry): (&String, &Value)| {
                (key.clone(), read(members, entry, last.and_then(|last| last.get(key))))
            };
            Value::Object(entries.map(entry).collect())
        }
        // Some types show an object as the text of one ("object or string").
        Form::Object(members) => read(members, &parsed(live), last),
        Form::List(members) => list(members, live, last, property.is_ordered),
        Form::JsonText => parsed(live),
        Form::Tags(_) => tags(live),
        Form::Settings(_) => {
            let declared = |key: &str| last.is_none_or(|last| last.get(key).is_some());
            json!(tags_of(live).into_iter().filter(|(key, _)| declared(key)).collect::<Tags>())
        }
    }
}

/// Returns our word for one of AWS's.
fn ours(words: &[(&str, &str)], live: &Value) -> Value {
    let known = words.iter().find(|(_, theirs)| *live == **theirs);
    known.map_or_else(|| live.clone(), |(ours, _)| Value::from(*ours))
}

/// Returns the value of a property that AWS does not show: an empty one that was declared, such as `false`, is no other than
/// none.
fn absent(form: Form, last: Option<&Value>) -> Value {
    match (form, last) {
        (Form::Tags(_), _) => json!({}),
        (Form::Flag, _) => Value::Bool(false),
        (Form::Map(..) | Form::Settings(_), _) => json!({}),
        (_, Some(Value::Array(_))) => json!([]),
        (Form::Plain, Some(Value::Object(_))) => json!({}),
        (_, Some(last)) if *last == false || *last == 0 || *last == "" || *last == json!({}) => last.clone(),
        _ => Value::Null,
    }
}

fn list(members: &[Property], live: &Value, last: Option<&Value>, is_ordered: bool) -> Value {
    let items: Vec<&Value> = live.as_array().into_iter().flatten().collect();
    match last.and_then(Value::as_array) {
        Some(last) if is_ordered => {
            items.iter().enumerate().map(|(index, item)| read(members, item, last.get(index))).collect()
        }
        Some(last) => in_order_of(last, items, |item, last| read(members, item, last)),
        None => items.into_iter().map(|item| read(members, item, None)).collect(),
    }
}

/// Returns items in the order of those that were declared, then the others.
fn in_order_of(last: &[Value], mut items: Vec<&Value>, read: impl Fn(&Value, Option<&Value>) -> Value) -> Value {
    let mut ordered = Vec::new();
    for declared in last {
        if let Some(index) = items.iter().position(|item| is_same(&read(item, Some(declared)), declared)) {
            items.remove(index);
            ordered.push(declared.clone());
        }
    }
    ordered.extend(items.into_iter().map(|item| read(item, None)));
    Value::Array(ordered)
}

/// Returns whether two values are equal. A number may have come as a whole one: 0 is 0.0.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| is_same(one, other)))
        }
        (one, other) => one == other,
    }
}

fn parsed(live: &Value) -> Value {
    live.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| live.clone())
}

/// Returns the tags of a live property, a list of `Key` and `Value` or a map.
pub fn tags_of(live: &Value) -> Tags {
    let pair =
        |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned()));
    match live {
        Value::Object(tags) => {
            tags.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
        }
        other => other.as_array().into_iter().flatten().filter_map(pair).collect(),
    }
}

fn tags(live: &Value) -> Value {
    let own = own_tags(tags_of(live));
    Value::Object(own.into_iter().map(|(key, value)| (key, Value::String(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::cloud_control::Entries;

    const ITEM: &[Property] = &[Property::plain("name", "Name"), Property::plain("role", "Role")];

    fn table() -> Vec<Property> {
        vec![
            Property::plain("delay", "Delay"),
            Property::plain("key", "Key").has_no_default(),
            Property::plain("secret", "Secret").write_only(),
            Property::list("items", "Items", ITEM),
            Property::plain("zones", "Zones"),
            Property::plain("steps", "Steps").ordered(),
            Property::tags("Tags"),
        ]
    }

    #[test]
    fn defaults_and_another_order_are_no_difference() {
        let last = json!({
            "delay": null, "key": null, "secret": "s", "zones": ["b", "a"], "steps": ["1", "2"], "tags": { "team": "llm" },
            "items": [{ "name": "b", "role": null }, { "name": "a", "role": "x" }],
        });
        let live = json!({
            "Delay": 30, "Items": [{ "Name": "a", "Role": "x" }, { "Name": "b", "Role": "default" }], "Zones": ["a", "b"],
            "Steps": ["1", "2"], "Tags": [{ "Key": "ebb:stack", "Value": "s" }, { "Key": "team", "Value": "llm" }],
        });
        assert_eq!(read(&table(), &live, Some(&last)), last);
    }

    #[test]
    fn values_that_somebody_else_set_are_seen() {
        let last = json!({
            "delay": 5, "key": null, "secret": "s", "zones": ["a"], "steps": ["1", "2"], "tags": {}, "items": [{ "name": "a", "role": null }],
        });
        let live = json!({
            "Delay": 30, "Key": "k", "Items": [{ "Name": "a" }, { "Name": "c", "Role": "y" }], "Zones": ["b"], "Steps": ["2", "1"],
            "Tags": [{ "Key": "team", "Value": "other" }],
        });
        let seen = read(&table(), &live, Some(&last));
        let expected = json!({
            "delay": 30, "key": "k", "secret": "s", "zones": ["b"], "steps": ["2", "1"], "tags": { "team": "other" },
            "items": [{ "name": "a", "role": null }, { "name": "c", "role": "y" }],
        });
        assert_eq!(seen, expected);
    }

    #[test]
    fn tags_are_a_list_or_a_map() {
        let expected = Tags::from([("team".into(), "llm".into())]);
        assert_eq!(tags_of(&json!([{ "Key": "team", "Value": "llm" }])), expected);
        assert_eq!(tags_of(&json!({ "team": "llm" })), expected);
        let seen = read(&[Property::tag_map("Tags")], &json!({ "Tags": { "ebb:stack": "s", "team": "llm" } }), None);
        assert_eq!(seen, json!({ "tags": { "team": "llm" } }));
    }

    #[test]
    fn a_map_has_the_declared_entries_and_a_switch_is_a_boolean() {
        const FIELD: &[Property] = &[Property::plain("kind", "Type")];
        const VECTOR: &[Property] = &[Property::plain("size", "Size")];
        let table = [
            Property::map("vectors", "Fields", VECTOR, Entries::With("Type", "vector")),
            Property::map("others", "Fields", FIELD, Entries::Without("Type", "vector")),
            Property::switch("on", "State", "ENABLED", "DISABLED"),
        ];
        let fields =
            json!({ "v": { "Type": "vector", "Size": 2 }, "t": { "Type": "text" }, "new": { "Type": "text" } });
        let live = json!({ "Fields": fields, "State": "ENABLED" });
        let last = json!({ "vectors": { "v": { "size": 1 } }, "others": { "t": { "kind": "x" } }, "on": false });
        let seen = read(&table, &live, Some(&last));
        assert_eq!(
            seen,
            json!({ "vectors": { "v": { "size": 2 } }, "others": { "t": { "kind": "text" } }, "on": true })
        );
        let nothing = read(&table, &json!({ "State": "DISABLED" }), Some(&last));
        assert_eq!(nothing, json!({ "vectors": {}, "others": {}, "on": false }));
    }

    #[test]
    fn words_in_lists_are_translated_and_whole_numbers_are_the_same() {
        const FILTER: &[Property] = &[Property::plain("name", "Name"), Property::plain("least", "Least")];
        let table = [
            Property::words("forms", "Forms", &[("text", "TEXT"), ("image", "IMAGE")]),
            Property::list("filters", "Filters", FILTER),
        ];
        let last = json!({
            "forms": ["image", "text"],
            "filters": [{ "name": "b", "least": 0.0 }, { "name": "a", "least": 0.5 }],
        });
        let live = json!({
            "Forms": ["TEXT", "IMAGE"],
            "Filters": [{ "Name": "a", "Least": 0.5 }, { "Name": "b", "Least": 0 }],
        });
        assert_eq!(read(&table, &live, Some(&last)), last);
        assert_eq!(read(&table, &live, None)["forms"], json!(["text", "image"]));
        let undeclared = read(&table, &json!({ "Filters": [{ "Name": "c" }] }), Some(&last));
        assert_eq!(
            undeclared["filters"],
            json!([{ "name": "c" }]),
            "what AWS does not show has the default of its field"
        );
    }

    #[test]
    fn numbers_maps_and_only_words_are_compared_as_what_they_are() {
        let table = [
            Property::plain("rate", "Rate"),
            Property::map("limits", "Limits", ITEM, Entries::All),
            Property::only_word("cpu", "Architectures", &[("arm", "arm64")]),
            Property::plain("variables", "Variables"),
            Property::recorded("revision"),
            Property::plain("policy", "Policy").rewritten(),
        ];
        let last = json!({
            "rate": 10.0, "limits": { "/a": { "name": "a", "role": null } }, "cpu": "arm", "variables": { "a": "b" },
            "revision": "r", "policy": "short",
        });
        let live = json!({
            "Rate": 10, "Limits": { "/a": { "Name": "a", "Role": "x" } }, "Architectures": ["arm64"], "Variables": { "a": "b" },
            "Policy": "long",
        });
        assert_eq!(read(&table, &live, Some(&last)), last);
        let gone = present(&table, read(&table, &json!({ "Limits": { "/a": { "Name": "b" } } }), Some(&last)));
        assert_eq!(gone, json!({ "limits": { "/a": { "name": "b" } }, "variables": {}, "revision": "r" }));
    }

    #[test]
    fn a_property_that_aws_does_not_show_is_empty() {
        let last = json!({ "delay": 0, "key": "k", "zones": ["a"], "items": [], "tags": { "a": "b" } });
        let seen = read(&table(), &json!({}), Some(&last));
        assert_eq!(
            (&seen["delay"], &seen["key"], &seen["zones"], &seen["tags"]),
            (&json!(0), &Value::Null, &json!([]), &json!({}))
        );
    }
}
