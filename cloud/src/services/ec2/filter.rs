//! Filters of describe operations: which of the things listed are asked for.

use serde_json::Value;

use crate::service::Fault;
use crate::wire::query::Parameters;

/// The filters that a describe operation knows: the name and the path of the field it looks at, as the response names
/// it. A path goes through sets by itself: `associationSet/subnetId` looks at every association.
pub type Filters = &'static [(&'static str, &'static str)];

/// Returns whether an item passes all filters of the request. An unknown filter's name is refused.
pub fn passes(parameters: &Parameters, known: Filters, item: &Value) -> Result<bool, Fault> {
    for filter in parameters.list("Filter") {
        let name = filter.need("Name")?;
        let wanted = filter.strings("Value");
        let found = values_of(name, known, item)?;
        if !found.iter().any(|value| wanted.iter().any(|pattern| matches(pattern, value))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses filters that the operation does not know, also when nothing is there to be filtered.
pub fn check(parameters: &Parameters, known: Filters) -> Result<(), Fault> {
    for filter in parameters.list("Filter") {
        values_of(filter.need("Name")?, known, &Value::Null)?;
        if filter.strings("Value").is_empty() {
            return Err(Fault::new("InvalidParameterValue", "The filter must have at least one value"));
        }
    }
    Ok(())
}

fn values_of(name: &str, known: Filters, item: &Value) -> Result<Vec<String>, Fault> {
    let mut values = Vec::new();
    if let Some(key) = name.strip_prefix("tag:") {
        let tags = item.get("tagSet").and_then(Value::as_array).into_iter().flatten();
        tags.filter(|tag| tag["key"] == key).for_each(|tag| collect(&tag["value"], "", &mut values));
    } else if name == "tag-key" {
        collect(item, "tagSet/key", &mut values);
    } else if let Some((_, path)) = known.iter().find(|(known, _)| *known == name) {
        collect(item, path, &mut values);
    } else {
        return Err(Fault::new("InvalidParameterValue", format!("The filter '{name}' is invalid")));
    }
    Ok(values)
}

fn collect(value: &Value, path: &str, values: &mut Vec<String>) {
    match value {
        Value::Array(members) => members.iter().for_each(|member| collect(member, path, values)),
        Value::Object(fields) => {
            let (first, rest) = path.split_once('/').unwrap_or((path, ""));
            if let Some(field) = fields.get(first) {
                collect(field, rest, values);
            }
        }
        Value::String(text) if path.is_empty() => values.push(text.clone()),
        Value::Bool(_) | Value::Number(_) if path.is_empty() => values.push(value.to_string()),
        _ => {}
    }
}

/// Returns whether a value fits a pattern with AWS's wildcards: `*` for any text, `?` for one character, `\` before
/// either for the character itself.
pub fn matches(pattern: &str, value: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => value.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            value.char_indices().map(|(at, _)| at).chain([value.len()]).any(|at| matches(rest, &value[at..]))
        }
        Some('?') => value.chars().next().is_some_and(|first| matches(rest.as_str(), &value[first.len_utf8()..])),
        Some(wanted) => {
            let wanted = if wanted == '\\' { rest.next().unwrap_or('\\') } else { wanted };
            value.strip_prefix(wanted).is_some_and(|value| matches(rest.as_str(), value))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wildcards() {
        assert!(matches("a*c", "abbc") && matches("*", "") && matches("a?c", "abc") && matches(r"a\*", "a*"));
        assert!(!matches("a*c", "abb") && !matches("a?c", "ac") && !matches(r"a\*", "ab") && !matches("a", "ab"));
    }

    #[test]
    fn paths_go_through_sets() {
        let item = json!({ "associationSet": [{ "subnetId": "subnet-1" }, { "subnetId": "subnet-2" }], "main": true });
        let known: Filters = &[("association.subnet-id", "associationSet/subnetId"), ("main", "main")];
        assert_eq!(values_of("association.subnet-id", known, &item).expect("known"), ["subnet-1", "subnet-2"]);
        assert_eq!(values_of("main", known, &item).expect("known"), ["true"]);
        assert_eq!(values_of("nonsense", known, &item).expect_err("unknown").code, "InvalidParameterValue");
    }
}
