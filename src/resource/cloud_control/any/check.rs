//! Checks of properties against the facts of their type. References are left to AWS, and so are patterns.

use serde_json::{Map, Value};

use super::similar::did_you_mean;
use crate::resource::cloud_control::Facts;
use crate::resource::{Problems, is_expression};

/// Reports problems with the properties of a resource.
pub fn check(facts: &Facts, properties: &Map<String, Value>, has_tags: bool, problems: &mut Problems) {
    for (name, value) in properties {
        let Some(schema) = facts.properties.get(name) else {
            let known = facts.properties.keys().filter(|name| !facts.read_only.contains(name)).map(String::as_str);
            problems.refuse(name, format!("there is no such property{}", did_you_mean(name, known)));
            continue;
        };
        if facts.read_only.contains(name) {
            problems.refuse(name, "is assigned by AWS: leave it out");
        } else if facts.tags.as_ref() == Some(name) {
            problems.refuse(name, "are set with `tag`");
        } else {
            Checker { facts, problems: &mut *problems }.walk(schema, value, name);
        }
    }
    for name in
        facts.required.iter().filter(|name| !properties.contains_key(*name) && facts.tags.as_ref() != Some(name))
    {
        problems.refuse(name, "is required");
    }
    if has_tags && facts.tags.is_none() {
        problems.refuse("tags", format!("{} has no tags", facts.type_name));
    }
}

struct Checker<'a> {
    facts: &'a Facts,
    problems: &'a mut Problems,
}

impl Checker<'_> {
    fn walk(&mut self, schema: &Value, value: &Value, path: &str) {
        let schema = self.facts.followed(schema).clone();
        if is_expression(value) {
            return;
        }
        if !has_type(&schema["type"], value) {
            let wanted = words(&schema["type"]);
            return self.problems.refuse(path, format!("is {value}, and AWS takes {wanted}"));
        }
        if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let known: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
            let near = did_you_mean(&shown, known.iter().copied());
            let near = if near.is_empty() { format!("; AWS takes {}", known.join(", ")) } else { near };
            self.problems.refuse(path, format!("is `{shown}`{near}"));
        }
        match value {
            Value::String(text) => {
                self.count(&schema, text.chars().count() as u64, ("minLength", "maxLength", "characters"), path);
            }
            Value::Number(number) => self.number(&schema, number.as_f64().unwrap_or_default(), path),
            Value::Array(items) => {
                self.count(&schema, items.len() as u64, ("minItems", "maxItems", "items"), path);
                for (index, item) in items.iter().enumerate() {
                    self.walk(&schema["items"], item, &format!("{path}/{index}"));
                }
            }
            Value::Object(members) => self.members(&schema, members, path),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn members(&mut self, schema: &Value, members: &Map<String, Value>, path: &str) {
        let Some(known) = schema["properties"].as_object() else { return };
        for (name, value) in members {
            match known.get(name) {
                Some(schema) => self.walk(schema, value, &format!("{path}/{name}")),
                None if schema["additionalProperties"] == false && schema["patternProperties"].is_null() => {
                    let near = did_you_mean(name, known.keys().map(String::as_str));
                    self.problems.refuse(format!("{path}/{name}"), format!("there is no such property{near}"));
                }
                None => {}
            }
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| !members.contains_key(*name)) {
            self.problems.refuse(format!("{path}/{name}"), "is required");
        }
    }

    fn count(&mut self, schema: &Value, count: u64, (least, most, unit): (&str, &str, &str), path: &str) {
        let (least, most) = (schema[least].as_u64().unwrap_or_default(), schema[most].as_u64());
        if count < least || most.is_some_and(|most| count > most) {
            let range = most.map_or_else(|| format!("at least {least}"), |most| format!("{least} to {most}"));
            self.problems.refuse(path, format!("has {count} {unit}; AWS takes {range}"));
        }
    }

    fn number(&mut self, schema: &Value, number: f64, path: &str) {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let range = match (least, most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (_, most) => format!("at most {}", most.unwrap_or_default()),
            };
            self.problems.refuse(path, format!("is {number}; AWS takes {range}"));
        }
    }
}

/// Returns the names of types of a schema.
fn names(wanted: &Value) -> Vec<&str> {
    match wanted {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &&str| match *name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    let names = names(wanted);
    names.is_empty() || names.iter().any(is)
}

fn words(wanted: &Value) -> String {
    let word = |name: &&str| match *name {
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        _ => "an object",
    };
    names(wanted).iter().map(word).collect::<Vec<_>>().join(" or ")
}
