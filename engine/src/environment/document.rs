//! A TOML document as data, with the place of every key and value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use crate::environment::error::{Fault, Location};
use crate::environment::project::Project;

/// A parsed document. A path consists of the keys and indices from the top.
#[derive(Clone, Debug)]
pub(super) struct Document {
    file: String,
    text: String,
    value: Value,
    places: BTreeMap<Vec<String>, Place>,
}

#[derive(Clone, Debug)]
struct Place {
    key: Range<usize>,
    value: Range<usize>,
}

impl Document {
    /// Parses a document. A syntax error is reported with its place.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let mut document =
            Self { file: Project::shown(path), text: text.to_owned(), value: Value::Null, places: BTreeMap::new() };
        let table = DeTable::parse(text).map_err(|error| Fault {
            location: document.location(error.span().map_or(0, |span| span.start)),
            message: format!("this is not TOML: {}", error.message().trim().replace('\n', "; ")),
        })?;
        document.value = document.table(&mut Vec::new(), table.get_ref())?;
        Ok(document)
    }

    /// Returns the whole document as data.
    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// Returns the place of a key, or of its closest ancestor in the document.
    pub(super) fn of_key(&self, path: &[String]) -> Location {
        self.location(self.place(path).map_or(0, |place| place.key.start))
    }

    /// Returns the place of a value, or of its closest ancestor in the document.
    pub(super) fn of_value(&self, path: &[String]) -> Location {
        self.location(self.place(path).map_or(0, |place| place.value.start))
    }

    /// Returns the end of the file, the place of a missing value.
    pub(super) fn end(&self) -> Location {
        self.location(self.text.trim_end().len())
    }

    fn place(&self, path: &[String]) -> Option<&Place> {
        (0..=path.len()).rev().find_map(|length| self.places.get(&path[..length]))
    }

    fn location(&self, offset: usize) -> Location {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn table(&mut self, path: &mut Vec<String>, table: &DeTable<'_>) -> Result<Value, Fault> {
        let mut fields = Map::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            path.push(name.clone());
            self.places.insert(path.clone(), Place { key: key.span(), value: value.span() });
            let value = self.convert(path, value)?;
            path.pop();
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }

    fn convert(&mut self, path: &mut Vec<String>, value: &Spanned<DeValue<'_>>) -> Result<Value, Fault> {
        let fault = |message: &str| Fault { location: self.location(value.span().start), message: message.into() };
        Ok(match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(integer) => {
                Value::from(whole(integer).ok_or_else(|| fault("this whole number is too large"))?)
            }
            DeValue::Float(float) => Value::from(real(float).ok_or_else(|| fault("this number is not a finite one"))?),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(instant) => Value::String(instant.to_string()),
            DeValue::Array(members) => {
                let mut converted = Vec::with_capacity(members.len());
                for (index, member) in members.iter().enumerate() {
                    path.push(index.to_string());
                    self.places.insert(path.clone(), Place { key: member.span(), value: member.span() });
                    converted.push(self.convert(path, member)?);
                    path.pop();
                }
                Value::Array(converted)
            }
            DeValue::Table(table) => self.table(path, table)?,
        })
    }
}

/// Returns the path of the given keys.
pub(super) fn path_to(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn whole(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn real(float: &DeFloat<'_>) -> Option<f64> {
    float.as_str().parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn every_value_has_its_line_and_column() {
        let text = "# über\n[aws]\nregion = 'eu-west-1'\nsizes = [1, 0x10, 1_000, 2.5]\nat = 2026-01-01\n";
        let document = Document::parse(Path::new("dev.toml"), text).unwrap();
        assert_eq!(document.value()["aws"]["sizes"], serde_json::json!([1, 16, 1000, 2.5]));
        assert_eq!(document.value()["aws"]["at"], "2026-01-01");
        assert_eq!(document.of_key(&path("aws.region")).to_string(), "dev.toml:3:1");
        assert_eq!(document.of_value(&path("aws.region")).to_string(), "dev.toml:3:10");
        assert_eq!(document.of_value(&path("aws.sizes.1")).to_string(), "dev.toml:4:13");
        assert_eq!(document.of_key(&path("aws.missing")).line, document.of_key(&path("aws")).line);
    }

    #[test]
    fn a_syntax_error_is_reported_with_its_place() {
        for (text, line) in [("[aws]\nregion = \n", 2), ("[aws]\na = 1\na = 2\n", 3), ("x = [1,\n", 1)] {
            let fault = Document::parse(Path::new("dev.toml"), text).unwrap_err();
            assert!(fault.location.line >= line, "{fault}");
            assert!(fault.message.contains("not TOML"), "{fault}");
        }
    }
}
