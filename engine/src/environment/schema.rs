//! The JSON schema of an environment's file, for editors and for finding unknown keys.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema as _, Schema};
use serde_json::{Map, Value, json};

use crate::environment::file::EnvironmentFile;
use ebbtide::stack::Definition;

/// The JSON schema of `environments/*.toml` with the settings of these stacks.
pub fn schema(definitions: &[Definition]) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut root = EnvironmentFile::json_schema(&mut generator);
    let stacks: Map<String, Value> = definitions
        .iter()
        .map(|definition| {
            let mut schema = definition.schema(&mut generator);
            // What stands beside a reference describes this use of it.
            schema.ensure_object().insert("description".to_owned(), definition.about().into());
            (definition.name().to_owned(), schema.to_value())
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
    root.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    root.insert("$defs".to_owned(), Value::Object(generator.take_definitions(true)));
    RecursiveTransform(close).transform(&mut root);
    root.to_value()
}

/// Whoever derives a struct means its fields and no others, also where it does not say so.
fn close(schema: &mut Schema) {
    let Some(fields) = schema.as_object_mut() else { return };
    let composed = ["allOf", "anyOf", "oneOf", "$ref", "additionalProperties", "unevaluatedProperties"];
    if fields.contains_key("properties") && !composed.iter().any(|word| fields.contains_key(*word)) {
        fields.insert("additionalProperties".to_owned(), false.into());
    }
}
