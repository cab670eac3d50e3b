//! Checks the tables against AWS's service models: `models.json`, which `engine/scripts/error_codes.py` writes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::lookup::kind_in_tables;

#[derive(Deserialize)]
struct Models {
    services: BTreeMap<String, Model>,
}

#[derive(Deserialize)]
struct Model {
    calls: Vec<String>,
    codes: BTreeMap<String, Option<u16>>,
}

fn models() -> BTreeMap<String, Model> {
    serde_json::from_str::<Models>(include_str!("models.json")).unwrap().services
}

#[test]
fn every_code_of_the_models_is_in_a_table() {
    for (service, model) in models() {
        for code in model.codes.keys() {
            assert!(kind_in_tables(&service, code, "").is_some(), "{service}: {code} is in no table");
        }
    }
}

/// Collects the calls that a source file names: `"sns:CreateTopic"`.
fn calls_in(path: &Path, found: &mut Vec<(String, String)>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| calls_in(&entry.unwrap().path(), found));
        return;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    for call in text.split(".named(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')) {
        if let Some((service, call)) = call.split_once('"').and_then(|(call, _)| call.split_once(':')) {
            found.push((service.to_owned(), call.to_owned()));
        }
    }
}

#[test]
fn the_models_cover_every_call_of_their_services() {
    let mut found = Vec::new();
    calls_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let models = models();
    for (service, call) in &found {
        let known = models.get(service).is_none_or(|model| model.calls.contains(call));
        assert!(known, "{service}:{call}: run engine/scripts/error_codes.py");
    }
    assert!(models.keys().all(|service| service == "kms" || found.iter().any(|(other, _)| other == service)));
}
