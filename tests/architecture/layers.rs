//! The order of the layers: a layer uses those below it, and of them only the ones that the table names.

use crate::modules::{Modules, Use};
use crate::sources::sources;

/// The layers of a crate, lowest first, each with the layers that it may use.
type Layers = &'static [(&'static str, &'static [&'static str])];

/// The library, `src`: it knows neither the engine nor the embedded cloud.
const LIBRARY: Layers = &[
    ("resource", &[]),
    ("serving", &["resource"]),
    ("stack", &["resource"]),
    ("aws", &["resource"]),
    ("components", &["serving", "resource", "stack", "aws"]),
    ("policies", &["resource", "stack", "aws"]),
    ("plan", &["resource"]),
    ("schedule", &["plan"]),
    ("rollout", &["resource", "schedule"]),
    ("record", &["resource", "stack", "plan", "schedule", "rollout"]),
    ("cost", &["resource", "stack", "plan", "schedule", "record"]),
    ("budget", &["schedule", "record", "cost"]),
    ("planner", &["resource", "stack", "plan", "schedule", "rollout", "record"]),
    ("program", &["resource", "stack", "components"]),
    ("prelude", &["resource", "stack", "aws", "components", "program"]),
];

/// The engine, `engine/src`: it stands on the library.
const ENGINE: Layers = &[
    ("logging", &[]),
    ("sdk", &["logging"]),
    ("providers", &["logging", "sdk"]),
    ("permissions", &["providers"]),
    ("preflight", &["sdk", "providers", "permissions"]),
    ("state", &["logging", "sdk"]),
    ("apply", &["logging", "sdk", "providers", "preflight", "state"]),
    ("stacks", &[]),
    ("environment", &["sdk", "state", "stacks"]),
    ("control", &["logging", "sdk", "providers", "state", "apply", "stacks", "environment"]),
    (
        "cli",
        &[
            "logging",
            "sdk",
            "providers",
            "permissions",
            "preflight",
            "state",
            "apply",
            "stacks",
            "environment",
            "control",
        ],
    ),
    ("app", &["providers", "cli"]),
];

/// Returns the uses that the table does not allow.
fn upward(layers: Layers, uses: &[Use]) -> Vec<String> {
    let mut found = Vec::new();
    for one in uses {
        let (Some(from), Some(to)) = (one.from.first(), one.to.first()) else { continue };
        let allowed = layers.iter().find(|(name, _)| name == from).map(|(_, below)| *below);
        match allowed {
            _ if from == to => {}
            None => found.push(format!(
                "{}: the module `{from}` has no place among the layers. Add it to tests/architecture/layers.rs",
                one.place
            )),
            Some(below) if below.contains(&to.as_str()) => {}
            Some(below) => found.push(format!(
                "{}: `{}` leads from `{from}` to `{to}`, which is not below it. `{from}` may use {below:?}: \
                 move the code to the higher layer, or what both need to a lower one",
                one.place, one.path
            )),
        }
    }
    found
}

fn upward_in(root: &str, layers: Layers) -> Vec<String> {
    upward(layers, &Modules::new(root, &sources(root)).uses())
}

#[test]
fn layers_use_lower_layers_only() {
    let mut violations = upward_in("src", LIBRARY);
    violations.extend(upward_in("engine/src", ENGINE));
    crate::assert_none(&violations);
}

#[test]
fn every_layer_names_only_layers_below_it() {
    for layers in [LIBRARY, ENGINE] {
        for (index, (name, below)) in layers.iter().enumerate() {
            let lower: Vec<_> = layers[..index].iter().map(|(name, _)| name).collect();
            assert!(below.iter().all(|one| lower.contains(&one)), "`{name}` names a layer that is not below it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::modules_of;

    const TWO: Layers = &[("low", &[]), ("high", &["low"])];

    fn violations(low: &str, high: &str) -> Vec<String> {
        let modules = modules_of(&[
            ("src/lib.rs", "pub mod high; pub mod low; pub use high::High;"),
            ("src/low/mod.rs", low),
            ("src/high/mod.rs", "mod inner; pub use inner::High;"),
            ("src/high/inner.rs", high),
        ]);
        upward(TWO, &modules.uses())
    }

    #[test]
    fn a_use_of_a_lower_layer_is_allowed() {
        assert!(violations("pub struct Low;", "use crate::low::Low;").is_empty());
    }

    #[test]
    fn a_use_of_a_higher_layer_is_a_violation() {
        for low in ["use crate::high::High;", "use crate::High;", "fn f() -> super::high::High {}"] {
            let found = violations(low, "pub struct High;");
            assert_eq!(found.len(), 1, "{low}");
            assert!(found[0].starts_with("src/low/mod.rs:1: "), "{found:?}");
        }
    }

    #[test]
    fn a_layer_that_the_table_does_not_name_is_a_violation() {
        let modules = modules_of(&[("src/new.rs", "use crate::low::Low;"), ("src/low.rs", "pub struct Low;")]);
        assert_eq!(upward(TWO, &modules.uses()).len(), 1);
    }
}
