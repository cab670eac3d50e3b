//! Between the inputs of a declaration and AWS's properties, which have the same names here.

use serde_json::{Map, Value, json};

use super::declared::{DELETED_BY_PAUSE, HOLDS_DATA, IDENTIFIER, TAGS};
use crate::resource::cloud_control::{Facts, Form, Property, TagForm, given, tags_of};
use crate::resource::own_tags;

/// Returns whether a field is one of ours and no property.
fn is_ours(field: &str) -> bool {
    [TAGS, HOLDS_DATA, DELETED_BY_PAUSE].contains(&field)
}

/// Returns inputs as properties.
pub fn any_given(facts: Option<&Facts>, inputs: &Value) -> Map<String, Value> {
    let members = inputs.as_object().into_iter().flatten();
    let own = members.filter(|(field, value)| !is_ours(field) && !value.is_null());
    let mut properties: Map<String, Value> = own.map(|(field, value)| (field.clone(), value.clone())).collect();
    if let Some((facts, name)) = facts.and_then(|facts| Some((facts, facts.tags.as_ref()?))) {
        let form = if facts.tags_are_a_map() { TagForm::Map } else { TagForm::List };
        let table = [Property { form: Form::Tags(form), ..Property::tags("Tags") }];
        let tags = given(&table, &json!({ "tags": inputs[TAGS] })).remove("Tags");
        properties.extend(tags.map(|tags| (name.clone(), tags)));
    }
    properties
}

/// Returns live properties as inputs, cut to what was declared. Lists are compared as sets.
pub fn any_read(facts: Option<&Facts>, live: &Value, last: &Value) -> Value {
    let hidden = |path: &str| facts.is_some_and(|facts| Facts::is_among(&facts.write_only, path));
    let mut inputs = Map::new();
    for (field, last) in last.as_object().into_iter().flatten() {
        let value = match field.as_str() {
            TAGS => match facts.and_then(|facts| facts.tags.as_ref()) {
                Some(name) if !hidden(name) => json!(own_tags(tags_of(&live[name.as_str()]))),
                _ => last.clone(),
            },
            field if is_ours(field) => last.clone(),
            field => cut(live.get(field), last, field, &hidden),
        };
        inputs.insert(field.clone(), value);
    }
    Value::Object(inputs)
}

/// Returns a live value without what was not declared.
fn cut(live: Option<&Value>, last: &Value, path: &str, hidden: &impl Fn(&str) -> bool) -> Value {
    if hidden(path) {
        return last.clone();
    }
    let empty = [json!([]), json!({}), json!(""), json!(false), json!(0)];
    match (live, last) {
        (None | Some(Value::Null), last) if empty.contains(last) => last.clone(),
        (None, _) => Value::Null,
        (Some(Value::Object(live)), Value::Object(last)) => {
            let member = |(name, last): (&String, &Value)| {
                let value = cut(live.get(name), last, &format!("{path}/{name}"), hidden);
                (name.clone(), value)
            };
            Value::Object(last.iter().map(member).collect())
        }
        (Some(Value::Array(live)), Value::Array(last)) => {
            let mut left: Vec<&Value> = live.iter().collect();
            let mut ordered = Vec::new();
            let path = format!("{path}/*");
            for declared in last {
                if let Some(at) = left.iter().position(|live| cut(Some(live), declared, &path, hidden) == *declared) {
                    left.remove(at);
                    ordered.push(declared.clone());
                }
            }
            ordered.extend(left.into_iter().cloned());
            Value::Array(ordered)
        }
        // Some types show an object as the text of one, and take one as either.
        (Some(Value::String(text)), Value::Object(_)) => match serde_json::from_str::<Value>(text) {
            Ok(parsed) => cut(Some(&parsed), last, path, hidden),
            Err(_) => Value::String(text.clone()),
        },
        (Some(Value::Object(_)), Value::String(text)) if serde_json::from_str::<Value>(text).ok().as_ref() == live => {
            last.clone()
        }
        (Some(live), _) => live.clone(),
    }
}

/// The ends of the names of properties that no secret has. Of a type without facts, only such are outputs.
const ENDS: [&str; 12] =
    ["Arn", "ARN", "Id", "ID", "Name", "Url", "URL", "Uri", "Endpoint", "Address", "Version", "Status"];

/// Returns the outputs: the identifier, the properties that AWS assigns, and those that were declared and are shown. A property that
/// is neither may be a secret, such as the value of an API key, and stays out of the state.
pub fn any_outputs(facts: Option<&Facts>, live: &Value, last: &Value, id: &str) -> Value {
    let mut outputs = Map::from_iter([(IDENTIFIER.to_owned(), json!(id))]);
    let mut note = |path: &str, value: &Value| {
        if value.is_string() || value.is_number() || value.is_boolean() {
            outputs.insert(path.to_owned(), value.clone());
        }
    };
    let at = |path: &str| live.pointer(&format!("/{path}"));
    match facts {
        Some(facts) => {
            let assigned = facts.read_only.iter().chain(&facts.identifier).map(String::as_str);
            let declared = last.as_object().into_iter().flatten().map(|(field, _)| field.as_str());
            for path in assigned.chain(declared.filter(|field| !is_ours(field))) {
                at(path).into_iter().for_each(|value| note(path, value));
            }
        }
        None => {
            for (name, value) in live.as_object().into_iter().flatten() {
                if ENDS.iter().any(|end| name.ends_with(end)) {
                    note(name, value);
                }
            }
        }
    }
    Value::Object(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::cloud_control::facts;

    #[test]
    fn defaults_order_tags_and_hidden_parts_are_no_difference() {
        let vault = facts("AWS::Backup::BackupVault");
        let last = json!({
            "BackupVaultName": "n", "tags": { "team": "llm" }, "holds_data": false,
            "LockConfiguration": { "MinRetentionDays": 7, "ChangeableForDays": 3 },
            "Notifications": { "BackupVaultEvents": ["B", "A"], "SNSTopicArn": "t" },
        });
        let live = json!({
            "BackupVaultName": "n", "EncryptionKeyArn": "default", "LockConfiguration": { "MinRetentionDays": 7 },
            "BackupVaultTags": { "team": "llm", "ebb:stack": "s" }, "BackupVaultArn": "arn",
            "Notifications": { "BackupVaultEvents": ["A", "B"], "SNSTopicArn": "t" },
        });
        assert_eq!(any_read(vault, &live, &last), last);
        assert_eq!(any_given(vault, &last)["BackupVaultTags"], json!({ "team": "llm" }));
        assert!(!any_given(vault, &last).contains_key("holds_data"));
        let outputs = any_outputs(vault, &live, &last, "n");
        assert_eq!(outputs, json!({ "identifier": "n", "BackupVaultArn": "arn", "BackupVaultName": "n" }));
    }

    #[test]
    fn changes_by_somebody_else_are_seen() {
        let last = json!({ "A": { "B": 1, "C": [{ "D": 1 }] }, "P": { "x": 1 }, "Gone": "g" });
        let live = json!({ "A": { "B": 2, "C": [{ "D": 1, "E": 2 }, { "D": 3 }] }, "P": "{\"x\":1}" });
        let seen = any_read(None, &live, &last);
        assert_eq!(seen, json!({ "A": { "B": 2, "C": [{ "D": 1 }, { "D": 3 }] }, "P": { "x": 1 }, "Gone": null }));
    }

    #[test]
    fn a_secret_of_a_type_is_no_output() {
        let live = json!({ "APIKeyId": "k", "Value": "s3cret", "Name": "n" });
        let outputs = any_outputs(facts("AWS::ApiGateway::ApiKey"), &live, &json!({ "Name": "n" }), "k");
        assert_eq!(outputs, json!({ "identifier": "k", "APIKeyId": "k", "Name": "n" }));
        let outputs = any_outputs(None, &live, &json!({}), "k");
        assert_eq!(outputs, json!({ "identifier": "k", "APIKeyId": "k", "Name": "n" }));
    }
}
