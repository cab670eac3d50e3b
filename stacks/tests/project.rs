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
    for environment in ["local", "dev", "staging", "prod"] {
        ebb(&["validate", "--env", environment]);
    }
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
