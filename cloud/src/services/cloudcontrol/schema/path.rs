//! Paths of properties: `Parent/Child`, with `*` for each element of a list or each value of a map.

use serde_json::{Map, Value};

/// Returns the values at a path.
pub fn values<'a>(model: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![model];
    for step in path.split('/') {
        found = found.into_iter().flat_map(|value| below(value, step)).collect();
    }
    found
}

fn below<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match (step, value) {
        ("*", Value::Array(items)) => items.iter().collect(),
        ("*", Value::Object(members)) => members.values().collect(),
        (step, Value::Object(members)) => members.get(step).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns the text at a path, if there is exactly one.
pub fn text<'a>(model: &'a Value, path: &str) -> Option<&'a str> {
    match values(model, path).as_slice() {
        [Value::String(text)] => Some(text),
        _ => None,
    }
}

/// Removes the values at a path, and the objects that are empty without them.
pub fn remove(model: &mut Value, path: &str) {
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    match (step, rest, model) {
        ("*", Some(rest), Value::Array(items)) => items.iter_mut().for_each(|item| remove(item, rest)),
        ("*", Some(rest), Value::Object(members)) => members.values_mut().for_each(|member| remove(member, rest)),
        (step, None, Value::Object(members)) => _ = members.remove(step),
        (step, Some(rest), Value::Object(members)) => {
            let Some(child) = members.get_mut(step) else { return };
            let was_empty = is_empty(child);
            remove(child, rest);
            if is_empty(child) && !was_empty {
                members.remove(step);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// Sets the value at a path if there is none; makes the objects on the way, but no elements of lists.
pub fn set_missing(model: &mut Value, path: &str, value: &Value) {
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    match (step, rest, model) {
        ("*", Some(rest), Value::Array(items)) => items.iter_mut().for_each(|item| set_missing(item, rest, value)),
        (step, None, Value::Object(members)) if !members.contains_key(step) => {
            members.insert(step.to_owned(), value.clone());
        }
        (step, Some(rest), Value::Object(members)) => {
            let has_elements = rest.split('/').next() == Some("*");
            if !has_elements || members.contains_key(step) {
                set_missing(members.entry(step).or_insert_with(|| Value::Object(Map::new())), rest, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_found_and_removed_in_lists_too() {
        let mut model = json!({ "A": [{ "B": { "C": 1 } }, { "B": { "C": 2, "D": 3 } }], "E": "text" });
        assert_eq!(values(&model, "A/*/B/C"), [&json!(1), &json!(2)]);
        assert_eq!((text(&model, "E"), text(&model, "A")), (Some("text"), None));
        remove(&mut model, "A/*/B/C");
        assert_eq!(model, json!({ "A": [{}, { "B": { "D": 3 } }], "E": "text" }));
        set_missing(&mut model, "A/*/F", &json!(0));
        set_missing(&mut model, "G/H", &json!(1));
        set_missing(&mut model, "E", &json!(2));
        set_missing(&mut model, "N/*/O", &json!(2));
        assert_eq!(model, json!({ "A": [{ "F": 0 }, { "B": { "D": 3 }, "F": 0 }], "E": "text", "G": { "H": 1 } }));
    }
}
