//! The order of the crates: the library knows neither AWS nor the engine, the embedded cloud knows neither of the two.

use std::fs;

use crate::sources::in_repository;

/// The manifests, each with the beginnings of the names that its dependencies must not have.
const MANIFESTS: [(&str, &[&str]); 3] = [
    ("Cargo.toml", &["aws-", "tokio", "ebbtide"]),
    ("cloud/Cargo.toml", &["ebbtide"]),
    ("engine/Cargo.toml", &["ebbtide-stacks"]),
];

/// Returns the dependencies of a manifest that begin with a forbidden name. Dependencies of tests are free.
fn forbidden(file: &str, manifest: &str, names: &[&str]) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]" && names.iter().any(|name| line.starts_with(name)) {
            let name = line.split([' ', '.', '=']).next().unwrap_or(line);
            found.push(format!(
                "{file}:{}: this crate must not depend on `{name}`. Move the code that needs it",
                index + 1
            ));
        }
    }
    found
}

#[test]
fn crates_depend_on_lower_crates_only() {
    let read = |file: &str| fs::read_to_string(in_repository(file)).unwrap();
    let violations: Vec<_> = MANIFESTS.iter().flat_map(|(file, names)| forbidden(file, &read(file), names)).collect();
    crate::assert_none(&violations);
}

#[test]
fn a_forbidden_dependency_is_a_violation() {
    let manifest = "[workspace.dependencies]\ntokio = \"1\"\n[dependencies]\nserde = \"1\"\ntokio.workspace = true\n[dev-dependencies]\ntokio = \"1\"";
    assert_eq!(
        forbidden("Cargo.toml", manifest, &["aws-", "tokio"]),
        ["Cargo.toml:5: this crate must not depend on `tokio`. Move the code that needs it"]
    );
}
