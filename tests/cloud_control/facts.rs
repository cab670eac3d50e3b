//! The facts of types in the library, which come from the schemas of the embedded cloud.

use std::collections::BTreeMap;

use ebbtide::resource::cloud_control::{Facts, facts, types};
use serde_json::Value;

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cloud/src/services/cloudcontrol/types");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/resource/cloud_control/types.jsonl");

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn map(value: &Value) -> BTreeMap<String, Value> {
    value.as_object().cloned().unwrap_or_default().into_iter().collect()
}

fn of(schema: &Value) -> Facts {
    let tagging = &schema["tagging"];
    let tags = tagging["tagProperty"].as_str().filter(|_| tagging["taggable"] == true);
    Facts {
        type_name: schema["typeName"].as_str().unwrap().to_owned(),
        identifier: texts(&schema["primaryIdentifier"]),
        create_only: texts(&schema["createOnlyProperties"]),
        conditionally_create_only: texts(&schema["conditionalCreateOnlyProperties"]),
        read_only: texts(&schema["readOnlyProperties"]),
        write_only: texts(&schema["writeOnlyProperties"]),
        required: texts(&schema["required"]),
        tags: tags.map(|path| path.strip_prefix("/properties/").unwrap().to_owned()),
        tags_change: tags.is_some() && tagging["tagUpdatable"] == true,
        handlers: map(&schema["handlers"]).into_keys().collect(),
        permissions: map(&schema["handlers"])
            .into_iter()
            .map(|(operation, handler)| (operation, texts(&handler["permissions"])))
            .collect(),
        list_needs: list_needs(&schema["handlers"]["list"]["handlerSchema"]),
        properties: map(&schema["properties"]),
        definitions: map(&schema["definitions"]),
    }
}

#[test]
fn the_facts_of_the_library_are_those_of_the_schemas() {
    let files = std::fs::read_dir(SCHEMAS).unwrap().map(|file| file.unwrap().path());
    let mut all: Vec<Facts> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .map(|file| of(&serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()))
        .collect();
    all.sort_by(|one, other| one.type_name.cmp(&other.type_name));
    assert!(!all.is_empty());
    let text: String = all.iter().map(|facts| serde_json::to_string(facts).unwrap() + "\n").collect();
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let advice = "the schemas have changed: run this test with WRITE_TYPES=1";
    assert!(std::fs::read_to_string(FILE).unwrap() == text, "{advice}");
    let known: Vec<Facts> = types().cloned().collect();
    assert!(known == all, "{advice}, then once more");
    assert!(facts("AWS::Backup::BackupVault").is_some_and(Facts::tags_are_a_map));
    assert!(facts("AWS::Nobody::Knows").is_none());
}

/// Returns the properties without which no list is made: of several sets, the first.
fn list_needs(schema: &Value) -> Vec<String> {
    let first = &schema["oneOf"][0]["required"];
    texts(if first.is_array() { first } else { &schema["required"] })
}
