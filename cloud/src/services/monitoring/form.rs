//! The query protocol's shapes: flat parameters to a nested JSON value, and a JSON value to XML.

use serde_json::{Map, Value};

use super::fields::{is_instant, rfc3339};
use crate::wire::query::Parameters;

/// The members of a map, which XML writes as entries of key and value.
const MAPS: [&str; 2] = ["ExtendedStatistics", "AlarmContributorAttributes"];

/// Parameters nested deeper than any AWS shape are passed over, so that none can exhaust the stack.
const DEPTH: usize = 64;

/// Puts `Metrics.member.1.MetricStat.Stat=p99` and its like together to one value; every scalar is a text.
pub(super) fn nested(parameters: &Parameters) -> Value {
    let mut root = Value::Object(Map::new());
    for (key, text) in parameters.iter() {
        if !matches!(key, "Action" | "Version") && key.matches('.').count() < DEPTH {
            insert(&mut root, &mut key.split('.'), text);
        }
    }
    lists(root)
}

/// Lists are objects with the indexes as keys at first, as the parameters come in no particular order.
fn insert<'a>(at: &mut Value, path: &mut impl Iterator<Item = &'a str>, text: &str) {
    match path.next() {
        None => *at = Value::String(text.to_owned()),
        Some(part) => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            if let Value::Object(fields) = at {
                insert(fields.entry(part).or_insert(Value::Null), path, text);
            }
        }
    }
}

/// Turns `{"member": {"1": a, "2": b}}` into `[a, b]`, at any depth.
fn lists(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            if fields.len() == 1
                && let Some(Value::Object(members)) = fields.get("member")
            {
                let mut members: Vec<(u32, Value)> = members
                    .iter()
                    .filter_map(|(index, member)| Some((index.parse().ok()?, lists(member.clone()))))
                    .collect();
                members.sort_by_key(|(index, _)| *index);
                return Value::Array(members.into_iter().map(|(_, member)| member).collect());
            }
            for field in fields.values_mut() {
                *field = lists(field.take());
            }
            Value::Object(fields)
        }
        // An empty list comes as `AlarmActions=` from some clients.
        other => other,
    }
}

/// Writes the fields of a response as XML elements: lists as `member` elements, instants as RFC 3339.
pub(super) fn xml(value: &Value) -> String {
    let mut out = String::new();
    write("", value, &mut out);
    out
}

fn write(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(&flag.to_string()),
        Value::Number(number) if is_instant(name) => out.push_str(&rfc3339(number.as_f64().unwrap_or_default())),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&winterbaume_core::xml_escape(text)),
        Value::Array(members) => {
            for member in members {
                out.push_str("<member>");
                write(name, member, out);
                out.push_str("</member>");
            }
        }
        Value::Object(fields) => {
            for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                if MAPS.contains(&name) {
                    out.push_str("<entry><key>");
                    out.push_str(&winterbaume_core::xml_escape(field));
                    out.push_str("</key><value>");
                    write("", value, out);
                    out.push_str("</value></entry>");
                } else {
                    out.push_str(&format!("<{field}>"));
                    write(field, value, out);
                    out.push_str(&format!("</{field}>"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use winterbaume_core::MockRequest;

    use super::*;

    #[test]
    fn parameters_nest_to_lists_and_structures_in_their_order() {
        let body = "Action=X&Version=1&A.member.2.Name=b&A.member.10=j&A.member.1.Name=a&A.member.1.L.member.1=z&B.C=1";
        let request = MockRequest {
            method: "POST".into(),
            uri: "https://monitoring.us-east-1.amazonaws.com/".into(),
            headers: http::HeaderMap::new(),
            body: body.into(),
        };
        let expected = json!({ "A": [{ "Name": "a", "L": ["z"] }, { "Name": "b" }, "j"], "B": { "C": "1" } });
        assert_eq!(nested(&Parameters::of(&request)), expected);
    }

    #[test]
    fn lists_instants_and_maps_become_elements() {
        let value = json!({ "Timestamps": [0.0], "Label": "a<b", "ExtendedStatistics": { "p99": 1.5 }, "Unit": null });
        let xml = xml(&value);
        assert!(xml.contains("<Timestamps><member>1970-01-01T00:00:00.000Z</member></Timestamps>"), "{xml}");
        assert!(xml.contains("<Label>a&lt;b</Label>"), "{xml}");
        assert!(xml.contains("<entry><key>p99</key><value>1.5</value></entry>"), "{xml}");
        assert!(!xml.contains("Unit"), "{xml}");
    }
}
