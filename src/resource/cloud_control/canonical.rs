//! JSON in one form: equal values are equal texts, whatever the order of their members.

use std::collections::BTreeMap;

use serde_json::Value;

/// Returns a value as JSON without spaces and with the members of objects sorted by name.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let texts = sorted
                .into_iter()
                .map(|(name, member)| format!("{}:{}", Value::from(name.as_str()), canonical(member)));
            format!("{{{}}}", texts.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_at_every_depth() {
        let value = serde_json::json!({ "b": [{ "d": 1, "c": "\"" }], "a": null });
        assert_eq!(canonical(&value), r#"{"a":null,"b":[{"c":"\"","d":1}]}"#);
    }
}
