//! The settings of an environment's file, one by one.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::Project;

/// The tables whose values may be secrets: an address of a webhook is one for those who know it.
const SECRET: [&str; 1] = ["notify"];

/// Returns the settings of an environment's file by dotted key, such as `stacks.shop.cidr`. Values that may be secrets are replaced.
pub(super) fn settings(context: &CommandContext, name: &str) -> Result<BTreeMap<String, String>, CommandError> {
    // It is valid, or the error says where it is not.
    context.recorded_environment_named(name)?;
    let path = context.project()?.environment_file(name);
    let failed = |error| CommandError::failed(&format!("read {}", Project::shown(&path)), error);
    let text = fs_err::read_to_string(&path).map_err(failed)?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        CommandError::new(CommandErrorKind::Environment, format!("{}: {error}", Project::shown(&path)))
    })?;
    let mut settings = BTreeMap::new();
    flatten("", &table, &mut settings);
    for (key, value) in &mut settings {
        if SECRET.iter().any(|secret| key.split('.').next() == Some(secret)) {
            "(not shown)".clone_into(value);
        }
    }
    Ok(settings)
}

fn flatten(path: &str, table: &Table, settings: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let key = if plain { key.clone() } else { format!("{key:?}") };
        let key = if path.is_empty() { key } else { format!("{path}.{key}") };
        match value {
            Value::Table(table) if !table.is_empty() => flatten(&key, table, settings),
            value => drop(settings.insert(key, value.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_flat_and_lists_are_whole() {
        let text = "[stacks.shop]\ncidr = \"10.0.0.0/16\"\nzones = [\"a\", \"b\"]\n[tags]\n\"a b\" = \"c\"\n[stacks.shop.none]\n";
        let mut found = BTreeMap::new();
        flatten("", &text.parse().unwrap(), &mut found);
        let expected = [
            ("stacks.shop.cidr", "\"10.0.0.0/16\""),
            ("stacks.shop.none", "{}"),
            ("stacks.shop.zones", "[\"a\", \"b\"]"),
            ("tags.\"a b\"", "\"c\""),
        ];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }
}
