//! From AWS's properties to the inputs of a declaration: the live model, cut to the shape that was declared.

use serde_json::{Value, json};

use super::{Form, Property};
use crate::resource::{Tags, own_tags};

/// Returns the live properties as inputs. `last` are the inputs as last applied: a field that they leave out stays without the
/// default that AWS gave it, and a list is in their order if it has the same members. Without `last`, all is taken.
pub fn read(table: &[Property], live: &Value, last: Option<&Value>) -> Value {
    let field = |property: &Property| {
        let last = last.map(|last| last.get(property.field).unwrap_or(&Value::Null));
        let live = live.pointer(&format!("/{}", property.path)).filter(|live| !live.is_null());
        (property.field.to_owned(), decode(property, live, last))
    };
    Value::Object(table.iter().map(field).collect())
}

fn decode(property: &Property, live: Option<&Value>, last: Option<&Value>) -> Value {
    if property.write_only {
        return last.cloned().unwrap_or_default();
    }
    let is_declared = last.is_none_or(|last| !last.is_null());
    if !is_declared && !property.has_no_default {
        return Value::Null;
    }
    let Some(live) = live else { return absent(property.form, last) };
    let last = last.filter(|_| is_declared);
    match property.form {
        Form::Plain => match (live, last) {
            (Value::Array(items), Some(Value::Array(last))) if !property.is_ordered => {
                in_order_of(last, items.iter().collect(), |item, _| item.clone())
            }
            _ => live.clone(),
        },
        Form::Flag => live.clone(),
        Form::Words(words) => {
            let known = words.iter().find(|(_, theirs)| *live == **theirs);
            known.map_or_else(|| live.clone(), |(ours, _)| Value::from(*ours))
        }
        // Some types show an object as the text of one ("object or string").
        Form::Object(members) => read(members, &parsed(live), last),
        Form::List(members) => list(members, live, last, property.is_ordered),
        Form::JsonText => parsed(live),
        Form::Tags(_) => tags(live),
    }
}

/// Returns the value of a property that AWS does not show: an empty one that was declared, such as `false`, is no other than
/// none.
fn absent(form: Form, last: Option<&Value>) -> Value {
    match (form, last) {
        (Form::Tags(_), _) => json!({}),
        (Form::Flag, _) => Value::Bool(false),
        (_, Some(Value::Array(_))) => json!([]),
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
        if let Some(index) = items.iter().position(|item| read(item, Some(declared)) == *declared) {
            items.remove(index);
            ordered.push(declared.clone());
        }
    }
    ordered.extend(items.into_iter().map(|item| read(item, None)));
    Value::Array(ordered)
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
    fn a_property_that_aws_does_not_show_is_empty() {
        let last = json!({ "delay": 0, "key": "k", "zones": ["a"], "items": [], "tags": { "a": "b" } });
        let seen = read(&table(), &json!({}), Some(&last));
        assert_eq!(
            (&seen["delay"], &seen["key"], &seen["zones"], &seen["tags"]),
            (&json!(0), &Value::Null, &json!([]), &json!({}))
        );
    }
}
