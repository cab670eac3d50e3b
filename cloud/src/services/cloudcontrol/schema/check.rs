//! Checks of models against the schema of their type, in the words of Cloud Control: "Model validation failed (#: extraneous key
//! [Id] is not permitted)" (pulumi-aws-native#581, cloudformation-coverage-roadmap#2205). They are those of the JSON schema
//! library of everit, which CloudFormation uses.

use serde_json::{Map, Value};

use super::{Facts, pattern};

/// Returns the breaches of a model.
pub fn breaches(facts: &Facts, model: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { root: &facts.schema }.walk(&facts.schema, model, "#", &mut found);
    found
}

/// Returns the breaches of the model that selects the resources of a list.
pub fn check_list_model(facts: &Facts, model: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(schema) = facts.list_schema() {
        Checker { root: &facts.schema }.walk(schema, model, "#", &mut found);
    }
    found
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn walk(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            // `#/definitions/NAME`, or `resource-schema.json#/properties/NAME` in the schema of a list.
            let target = reference.split_once('#').and_then(|(_, pointer)| self.root.pointer(pointer));
            match target {
                Some(target) => self.walk(target, value, path, found),
                None => found.push(format!("{path}: the schema lacks {reference}")),
            }
        }
        if !has_type(&schema["type"], value) {
            found.push(format!("{path}: expected type: {}, found: {}", expected(&schema["type"]), type_name(value)));
            return;
        }
        enumerated(schema, value, path, found);
        match value {
            Value::String(text) => texts(schema, text, path, found),
            Value::Number(number) => numbers(schema, number.as_f64().unwrap_or_default(), path, found),
            Value::Array(items) => self.items(schema, items, path, found),
            Value::Object(members) => self.members(schema, members, path, found),
            _ => {}
        }
        self.choices(schema, value, path, found);
    }

    fn items(&self, schema: &Value, items: &[Value], path: &str, found: &mut Vec<String>) {
        let count = items.len() as u64;
        if let Some(least) = schema["minItems"].as_u64().filter(|least| count < *least) {
            found.push(format!("{path}: expected minimum item count: {least}, found: {count}"));
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| count > *most) {
            found.push(format!("{path}: expected maximum item count: {most}, found: {count}"));
        }
        let twice = |(at, item): (usize, &Value)| items[..at].contains(item);
        if schema["uniqueItems"] == true && items.iter().enumerate().any(twice) {
            found.push(format!("{path}: array items are not unique"));
        }
        let first = schema["prefixItems"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(at).or_else(|| schema.get("items")) {
                self.walk(schema, item, &format!("{path}/{at}"), found);
            }
        }
    }

    fn members(&self, schema: &Value, members: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
        let names = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        for name in names(&schema["required"]).iter().filter(|name| !members.contains_key(*name)) {
            found.push(format!("{path}: required key [{name}] not found"));
        }
        for dependencies in [&schema["dependencies"], &schema["dependentRequired"]] {
            for (name, needed) in dependencies.as_object().into_iter().flatten() {
                if members.contains_key(name) {
                    for missing in names(needed).iter().filter(|needed| !members.contains_key(*needed)) {
                        found.push(format!("{path}: property [{missing}] is required"));
                    }
                }
            }
        }
        if let Some(least) = schema["minProperties"].as_u64().filter(|least| (members.len() as u64) < *least) {
            found.push(format!("{path}: minimum size: [{least}], found: [{}]", members.len()));
        }
        if let Some(most) = schema["maxProperties"].as_u64().filter(|most| members.len() as u64 > *most) {
            found.push(format!("{path}: maximum size: [{most}], found: [{}]", members.len()));
        }
        for (name, member) in members {
            let place = format!("{path}/{name}");
            let mut known = false;
            if let Some(schema) = schema["properties"].get(name) {
                known = true;
                self.walk(schema, member, &place, found);
            }
            for (text, schema) in schema["patternProperties"].as_object().into_iter().flatten() {
                if pattern::compiled(text).is_some_and(|pattern| pattern.is_in(name)) {
                    known = true;
                    self.walk(schema, member, &place, found);
                }
            }
            match &schema["additionalProperties"] {
                Value::Bool(false) if !known => found.push(format!("{path}: extraneous key [{name}] is not permitted")),
                other if !known && other.is_object() => self.walk(other, member, &place, found),
                _ => {}
            }
        }
    }

    fn choices(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
        let fitting = |choices: &[Value]| {
            let fits = |choice: &&Value| {
                let mut breaches = Vec::new();
                self.walk(choice, value, path, &mut breaches);
                breaches.is_empty()
            };
            choices.iter().filter(fits).count()
        };
        if let Some(choices) = schema["oneOf"].as_array() {
            let count = fitting(choices);
            if count != 1 {
                found.push(format!("{path}: {count} subschemas matched instead of one"));
            }
        }
        if let Some(choices) = schema["anyOf"].as_array()
            && fitting(choices) == 0
        {
            found.push(format!("{path}: no subschema matched out of the total {} subschemas", choices.len()));
        }
        for all in schema["allOf"].as_array().into_iter().flatten() {
            self.walk(all, value, path, found);
        }
    }
}

fn texts(schema: &Value, text: &str, path: &str, found: &mut Vec<String>) {
    let length = text.chars().count() as u64;
    if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
        found.push(format!("{path}: expected minLength: {least}, actual: {length}"));
    }
    if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
        found.push(format!("{path}: expected maxLength: {most}, actual: {length}"));
    }
    if let Some(wanted) = schema["pattern"].as_str()
        && !pattern::compiled(wanted).is_some_and(|pattern| pattern.is_in(text))
    {
        found.push(format!("{path}: failed validation constraint for keyword [pattern]: {wanted}"));
    }
}

fn numbers(schema: &Value, number: f64, path: &str, found: &mut Vec<String>) {
    if let Some(least) = schema["minimum"].as_f64().filter(|least| number < *least) {
        found.push(format!("{path}: {number} is not greater or equal to {least}"));
    }
    if let Some(most) = schema["maximum"].as_f64().filter(|most| number > *most) {
        found.push(format!("{path}: {number} is not less or equal to {most}"));
    }
    if let Some(step) = schema["multipleOf"].as_f64().filter(|step| (number / step).fract() != 0.0) {
        found.push(format!("{path}: {number} is not a multiple of {step}"));
    }
}

fn enumerated(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let shown = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        found.push(format!("{path}: {} is not a valid enum value", shown()));
    }
    let same = |allowed: &Value| match (allowed.as_str(), value.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    };
    if schema["enumCaseInsensitive"].as_array().is_some_and(|allowed| !allowed.iter().any(same)) {
        found.push(format!("{path}: {} is not a valid enum value", shown()));
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    };
    match wanted {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn expected(wanted: &Value) -> String {
    let title = |name: &str| match name {
        "object" => "JSONObject".to_owned(),
        "array" => "JSONArray".to_owned(),
        name => name[..1].to_uppercase() + &name[1..],
    };
    match wanted {
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(title).collect::<Vec<_>>().join(" or "),
        name => title(name.as_str().unwrap_or("any")),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "BigDecimal",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::cloudcontrol::schema::find;

    #[test]
    fn each_keyword_has_its_breach() {
        let facts = find("AWS::ECR::Repository").unwrap();
        let cases = [
            (json!({ "Nonsense": 1 }), "#: extraneous key [Nonsense] is not permitted"),
            (json!({ "EmptyOnDelete": "yes" }), "#/EmptyOnDelete: expected type: Boolean, found: String"),
            (json!({ "ImageTagMutability": "x" }), "#/ImageTagMutability: x is not a valid enum value"),
            (
                json!({ "EncryptionConfiguration": {} }),
                "#/EncryptionConfiguration: required key [EncryptionType] not found",
            ),
            (
                json!({ "RepositoryName": "Upper" }),
                "#/RepositoryName: failed validation constraint for keyword [pattern]",
            ),
            (json!({ "Tags": [{ "Key": "a" }] }), "#/Tags/0: required key [Value] not found"),
            (
                json!({ "Tags": [{ "Key": "a", "Value": "b" }, { "Key": "a", "Value": "b" }] }),
                "#/Tags: array items are not unique",
            ),
            (json!({ "ImageTagMutabilityExclusionFilters": [] }), "expected minimum item count: 1, found: 0"),
            (json!({ "LifecyclePolicy": { "LifecyclePolicyText": "short" } }), "expected minLength: 100, actual: 5"),
        ];
        for (model, expected) in cases {
            let found = breaches(facts, &model);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
        }
        assert!(
            breaches(facts, &json!({ "RepositoryName": "models/base", "RepositoryPolicyText": { "a": 1 } })).is_empty()
        );
        let listener =
            breaches(find("AWS::Lambda::Function").unwrap(), &json!({ "Code": {}, "Role": "x", "Timeout": 0.5 }));
        assert!(listener.iter().any(|breach| breach.contains("#/Timeout: expected type: Integer, found: BigDecimal")));
        let models = check_list_model(find("AWS::ApiGateway::Stage").unwrap(), &json!({}));
        assert_eq!(models, ["#: required key [RestApiId] not found"]);
    }
}
