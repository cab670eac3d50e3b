//! The JSON schema of an environment's file, for editors and for finding unknown keys.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema as _, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::environment::file::EnvironmentFile;
use crate::environment::forms::words_of_form;
use crate::environment::reserved::with_reserved;
use ebbtide::budget;
use ebbtide::cost::UsageSettings;
use ebbtide::program::Reply;
use ebbtide::rollout;
use ebbtide::schedule::Settings;

/// Returns the JSON schema of `environments/*.toml`, with the settings of the described stacks. Without a description the
/// settings may be anything.
pub fn schema(reply: Option<&Reply>) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut root = EnvironmentFile::json_schema(&mut generator);
    let reserved = reserved(&mut generator);
    let mut definitions = generator.take_definitions(true);
    if let Some(reply) = reply {
        let renamed = merge(&mut definitions, &reply.definitions);
        let stacks: Map<String, Value> = reply
            .stacks
            .iter()
            .map(|stack| {
                let mut schema = stack.schema.clone();
                // A description beside a reference describes this use of it.
                schema.ensure_object().insert("description".to_owned(), stack.about.clone().into());
                let mut schema = schema.to_value();
                redirect(&mut schema, &renamed);
                (stack.name.clone(), with_reserved(&schema, &definitions, &reserved))
            })
            .collect();
        if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(
                "stacks".to_owned(),
                json!({
                    "description": "The settings of each stack, by its name.",
                    "type": "object",
                    "properties": stacks,
                    "additionalProperties": false,
                }),
            );
        }
    } else if let Some(stacks) = root.get_mut("properties").and_then(|properties| properties.get_mut("stacks")) {
        // The settings of the programs are unknown.
        stacks["additionalProperties"] = json!({"properties": reserved, "additionalProperties": true});
    }
    root.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    root.insert("$defs".to_owned(), Value::Object(definitions));
    RecursiveTransform(close).transform(&mut root);
    RecursiveTransform(name_words).transform(&mut root);
    root.to_value()
}

/// Returns the schemas of the keys of `[stacks.NAME]` that are no settings of the stack.
fn reserved(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schedule = generator.subschema_for::<Settings>();
    let about = "When this stack runs, instead of the schedule of the environment.";
    schedule.insert("description".to_owned(), about.into());
    let mut budget = generator.subschema_for::<budget::Settings>();
    let about = "The budget of this stack, beside that of the environment.";
    budget.insert("description".to_owned(), about.into());
    let mut usage = generator.subschema_for::<UsageSettings>();
    let about = "The use of this stack's resources in a month, instead of the use of the environment.";
    usage.insert("description".to_owned(), about.into());
    let mut rollout = generator.subschema_for::<rollout::Settings>();
    let about = "The roll-out of a new side of this stack, behind an endpoint or the stage of a REST API.";
    rollout.insert("description".to_owned(), about.into());
    Map::from_iter([
        ("schedule".to_owned(), schedule.to_value()),
        ("budget".to_owned(), budget.to_value()),
        ("usage".to_owned(), usage.to_value()),
        ("rollout".to_owned(), rollout.to_value()),
    ])
}

/// Adds the definitions of a program. Returns the new names of those whose name is taken.
fn merge(definitions: &mut Map<String, Value>, of_program: &Map<String, Value>) -> BTreeMap<String, String> {
    let free = |name: &str| {
        (2..).map(|count| format!("{name}{count}")).find(|name| !of_program.contains_key(name)).unwrap_or_default()
    };
    let taken = of_program.iter().filter(|(name, schema)| definitions.get(*name).is_some_and(|own| own != *schema));
    let renamed: BTreeMap<String, String> = taken.map(|(name, _)| (name.clone(), free(name))).collect();
    for (name, schema) in of_program {
        let mut schema = schema.clone();
        redirect(&mut schema, &renamed);
        definitions.insert(renamed.get(name).unwrap_or(name).clone(), schema);
    }
    renamed
}

/// Points references at the new names of definitions.
fn redirect(schema: &mut Value, renamed: &BTreeMap<String, String>) {
    match schema {
        Value::Object(fields) => {
            for (name, field) in fields {
                let target = field.as_str().and_then(|text| renamed.get(text.strip_prefix("#/$defs/")?));
                match target {
                    Some(target) if name == "$ref" => *field = format!("#/$defs/{target}").into(),
                    _ => redirect(field, renamed),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(|member| redirect(member, renamed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Treats every derived struct as closed, even without `deny_unknown_fields`.
fn close(schema: &mut Schema) {
    let Some(fields) = schema.as_object_mut() else { return };
    let composed = ["allOf", "anyOf", "oneOf", "$ref", "additionalProperties", "unevaluatedProperties"];
    if fields.contains_key("properties") && !composed.iter().any(|word| fields.contains_key(*word)) {
        fields.insert("additionalProperties".to_owned(), false.into());
    }
}

/// Lists the words of forms that have some, for editors.
fn name_words(schema: &mut Schema) {
    let Some(fields) = schema.as_object_mut() else { return };
    let words = fields.get("format").and_then(Value::as_str).map(words_of_form).unwrap_or_default();
    if !words.is_empty() {
        let is_optional = fields.get("type").is_some_and(Value::is_array);
        let nothing = is_optional.then_some(Value::Null);
        let words = words.iter().map(|word| Value::from(*word)).chain(nothing).collect();
        fields.insert("enum".to_owned(), Value::Array(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_of_a_program_never_replace_those_of_the_environment() {
        let mut ours = json!({"Settings": {"type": "object"}}).as_object().cloned().unwrap_or_default();
        let theirs = json!({
            "Settings": {"type": "string"},
            "Other": {"properties": {"of": {"$ref": "#/$defs/Settings"}}},
        });
        let renamed = merge(&mut ours, theirs.as_object().unwrap());
        assert_eq!(renamed["Settings"], "Settings2");
        assert_eq!(ours["Settings"], json!({"type": "object"}));
        assert_eq!(ours["Settings2"], json!({"type": "string"}));
        assert_eq!(ours["Other"]["properties"]["of"]["$ref"], "#/$defs/Settings2");
    }
}
