//! The rules for the structure of the sources: crates, layers, cycles, modules in `ARCHITECTURE.md`, kinds and their
//! providers, sizes.
//!
//! Each rule is a pure function on source text, with tests that show it fail.

mod crates;
mod cycles;
mod kinds;
mod layers;
mod modules;
mod overview;
mod paths;
mod sizes;
mod sources;

/// Fails with all violations of a rule at once.
#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "violations: {}\n{}", violations.len(), violations.join("\n"));
}
