//! The files of a new project.

use std::collections::BTreeMap;

use ebbtide::App;
use ebbtide::aws::ec2::{Cidr, Vpc};
use ebbtide::program::{Exchange, PROGRAM_FORMAT};
use ebbtide::stack::{RegionZones, Stack};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::environment::schema;

/// The line of its program about the stack.
const ABOUT: &str = "my first stack";

/// The files of every project. NAME, LIBRARY and RUST are filled in.
const PROJECT: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("templates/manifest.toml")),
    ("src/main.rs", include_str!("templates/main.rs")),
    ("tests/embedded.rs", include_str!("templates/embedded.rs")),
    ("ebb.toml", include_str!("templates/ebb.toml")),
    ("environments/local.toml", include_str!("templates/local.toml")),
    ("environments/prod.toml", include_str!("templates/prod.toml")),
    (".gitignore", include_str!("templates/gitignore")),
    ("README.md", include_str!("templates/readme.md")),
];

/// The files of a project on GitHub. NAME and VERSION are filled in.
const GITHUB: &[(&str, &str)] = &[
    (".github/workflows/ebb-plan.yml", include_str!("templates/github/plan.yml")),
    (".github/workflows/ebb-apply.yml", include_str!("templates/github/apply.yml")),
    (".github/workflows/ebb-tick.yml", include_str!("templates/github/tick.yml")),
    (".github/dependabot.yml", include_str!("templates/github/dependabot.yml")),
];

/// The schedule of `prod`, which the workflows of a project on GitHub follow.
const SCHEDULE: &str = include_str!("templates/github/schedule.toml");

/// Returns the paths and texts of a new project.
pub(super) fn files(name: &str, library: &str, is_on_github: bool) -> Vec<(&'static str, String)> {
    let filled = |text: &str| {
        let text = text.replace("NAME", name).replace("LIBRARY", library);
        text.replace("RUST", env!("CARGO_PKG_RUST_VERSION")).replace("VERSION", env!("CARGO_PKG_VERSION"))
    };
    let templates = PROJECT.iter().chain(if is_on_github { GITHUB } else { &[] });
    let mut files: Vec<_> = templates.map(|(path, text)| (*path, filled(text))).collect();
    if is_on_github {
        let prod = files.iter_mut().find(|(path, _)| *path == "environments/prod.toml");
        prod.into_iter().for_each(|(_, text)| text.push_str(SCHEDULE));
    }
    files.push(("environments/schema.json", format!("{:#}\n", schema_of(name))));
    files
}

/// The differences between environments: `[stacks.NAME]` in environments/*.toml.
// As in `templates/main.rs`: a test compares the schemas.
#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The network's range of addresses, such as 10.0.0.0/16.
    cidr: Cidr,
}

fn declare(stack: &mut Stack, settings: &Settings) {
    stack.add("main", Vpc::new(settings.cidr));
}

/// Returns the schema that `ebb environment schema` prints in the new project. Its program is not compiled for that.
fn schema_of(name: &str) -> serde_json::Value {
    let described = Exchange {
        format: PROGRAM_FORMAT,
        environment: "local".to_owned(),
        region: "eu-west-1".to_owned(),
        account: String::new(),
        zones: RegionZones::default(),
        tags: BTreeMap::new(),
        settings: BTreeMap::new(),
        declare: None,
    };
    let mut reply = App::new().stack(name, ABOUT, declare).respond(&described);
    for about in reply.definitions.values_mut().filter_map(|settings| settings.get_mut("description")) {
        *about = about.as_str().unwrap_or_default().replace("NAME", name).into();
    }
    schema(Some(&reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled_in() {
        let files = files("shop", "git = \"x\"", true);
        // The descriptions in the schema have words of their own.
        for (path, text) in files.iter().filter(|(path, _)| !path.ends_with(".json")) {
            for placeholder in ["NAME", "LIBRARY", "RUST", "VERSION"] {
                assert!(!text.contains(placeholder), "{path} has {placeholder}");
            }
        }
    }

    #[test]
    fn environments_begin_with_their_schema() {
        let files = files("shop", "", true);
        let environments =
            files.iter().filter(|(path, _)| path.starts_with("environments/") && path.ends_with(".toml"));
        assert_eq!(environments.clone().count(), 2);
        for (path, text) in environments {
            assert!(text.starts_with("#:schema ./schema.json\n"), "{path}");
        }
    }
}
