//! The project as it is checked in: its environments are valid, and its schema is current.

use std::path::PathBuf;
use std::process::{Command, Output};

fn ebb(arguments: &[&str]) -> Output {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO_BIN_EXE_ebb")).args(arguments).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn every_environment_is_valid() {
    for environment in ["local", "dev", "staging", "prod", "training"] {
        ebb(&["validate", "--env", environment]);
    }
}

#[test]
fn a_stack_without_its_settings_is_left_out_unless_it_is_named() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let all = ebb(&["validate", "--env", "dev", "--json"]);
    let view: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    let left_out = view["left_out"].as_array().unwrap();
    assert!(left_out.contains(&"fine_tuning".into()) && !left_out.contains(&"adeptai".into()), "{view}");
    let said = String::from_utf8(ebb(&["cost", "estimate", "--env", "dev"]).stderr).unwrap();
    assert!(said.contains("Stack fine_tuning is left out") && said.contains("no [stacks.fine_tuning]"), "{said}");
    let named = ["validate", "fine_tuning", "--env", "dev"];
    let named = Command::new(env!("CARGO_BIN_EXE_ebb")).args(named).current_dir(root).output().unwrap();
    let said = String::from_utf8(named.stderr).unwrap();
    assert!(!named.status.success() && said.contains("hyper_parameters: is missing"), "{said}");
}

#[test]
fn the_schema_is_current() {
    let schema = String::from_utf8(ebb(&["environment", "schema"]).stdout).unwrap();
    let checked_in = include_str!("../../environments/schema.json");
    assert!(
        schema == checked_in,
        "environments/schema.json is not current: run `cargo run -- environment schema > environments/schema.json`"
    );
}
