//! Values that the schema of a file refuses: beyond bounds, of another form or type, or a word that is not known.

use serde_json::Value;

use crate::environment::document::Document;
use crate::environment::error::Fault;
use crate::environment::forms::form_problem;

/// A value that its schema refuses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused {
    /// The place of the value.
    pub(super) path: Vec<String>,
    message: String,
    /// Whether it is its type, or the word, that the schema does not have. Reading the settings decides on these: it may accept more
    /// than the schema tells.
    is_shape: bool,
}

impl Refused {
    /// Returns the fault, with its place in the document.
    pub(super) fn fault(&self, document: &Document) -> Fault {
        Fault { location: document.of_value(&self.path), message: format!("{}: {}", self.path.join("."), self.message) }
    }
}

/// Returns the values of a document that its schema refuses. `is_unreadable` says of a place whether the settings there could not be
/// read: only then its types and words count.
pub(super) fn refused_values(
    document: &Document,
    schema: &Value,
    is_unreadable: impl Fn(&[String]) -> bool,
) -> Vec<Refused> {
    let region = document.value().pointer("/aws/region").and_then(Value::as_str).unwrap_or_default();
    let mut refused = Walk { root: schema, region }.value(&mut Vec::new(), schema, document.value());
    refused.retain(|one| !one.is_shape || is_unreadable(&one.path));
    refused
}

struct Walk<'a> {
    root: &'a Value,
    region: &'a str,
}

impl Walk<'_> {
    fn value(&self, path: &mut Vec<String>, schema: &Value, value: &Value) -> Vec<Refused> {
        let mut found = Vec::new();
        if let Some(target) = self.target(schema) {
            found.extend(self.value(path, target, value));
        }
        for part in list(schema, "allOf") {
            found.extend(self.value(path, part, value));
        }
        for several in ["anyOf", "oneOf"] {
            found.extend(self.alternatives(path, list(schema, several), value));
        }
        if !has_type(schema, value) {
            found.push(self.refuse(path, format!("{} is not {}", shown(value), self.expected(schema)), true));
            return found;
        }
        found.extend(self.words(path, schema, value));
        found.extend(bounds_problem(schema, value).map(|message| self.refuse(path, message, false)));
        if let (Some(form), Some(text)) = (schema.get("format").and_then(Value::as_str), value.as_str()) {
            found.extend(form_problem(form, text, self.region).map(|message| self.refuse(path, message, false)));
        }
        self.below(path, schema, value, &mut found);
        found
    }

    /// Adds the refused values of fields and members.
    fn below(&self, path: &mut Vec<String>, schema: &Value, value: &Value, found: &mut Vec<Refused>) {
        let mut enter = |name: &str, schema: &Value, value: &Value| {
            path.push(name.to_owned());
            found.extend(self.value(path, schema, value));
            path.pop();
        };
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let named = schema.get("properties").and_then(|properties| properties.get(name));
                    if let Some(schema) = named.or_else(|| schema.get("additionalProperties")) {
                        enter(name, schema, field);
                    }
                }
            }
            Value::Array(members) => {
                for (index, member) in members.iter().enumerate() {
                    if let Some(schema) = schema.get("items") {
                        enter(&index.to_string(), schema, member);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Returns the refused values if no alternative accepts a value: those of the alternative that comes closest, or if none has its
    /// type, one that names all of them.
    fn alternatives(&self, path: &mut Vec<String>, alternatives: &[Value], value: &Value) -> Vec<Refused> {
        let mut closest: Option<Vec<Refused>> = None;
        for schema in alternatives {
            let refused = self.value(path, schema, value);
            if refused.is_empty() {
                return Vec::new();
            }
            let is_near = refused.iter().all(|one| !one.is_shape || one.path.len() > path.len());
            if is_near && closest.as_ref().is_none_or(|closest| refused.len() < closest.len()) {
                closest = Some(refused);
            }
        }
        match closest {
            _ if alternatives.is_empty() => Vec::new(),
            Some(refused) => refused,
            None => {
                let mut expected: Vec<String> = alternatives.iter().map(|one| self.expected(one)).collect();
                expected.retain(|one| !one.is_empty() && one != "null");
                expected.dedup();
                let is_word = |one: &Value| one.get("const").is_some();
                let message = match alternatives.iter().all(is_word) {
                    true => format!("{} is not one of {}", shown(value), expected.join(", ")),
                    false => format!("{} is not {}", shown(value), expected.join(", or ")),
                };
                vec![self.refuse(path, message, true)]
            }
        }
    }

    /// Returns the refusal of a word, or a number, that is not among those of the schema. The form names its own words.
    fn words(&self, path: &[String], schema: &Value, value: &Value) -> Option<Refused> {
        let constant = schema.get("const").map(std::slice::from_ref);
        let words = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice).or(constant)?;
        if words.contains(value) || schema.get("format").is_some_and(Value::is_string) && value.is_string() {
            return None;
        }
        let message = format!("{} is not one of {}", shown(value), among(words));
        // Another name may stand for a word, but not for a number.
        Some(self.refuse(path, message, !words.iter().all(Value::is_number)))
    }

    fn refuse(&self, path: &[String], message: String, is_shape: bool) -> Refused {
        Refused { path: path.to_vec(), message, is_shape }
    }

    fn target(&self, schema: &Value) -> Option<&Value> {
        self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
    }

    /// Returns the values that a schema accepts, in words.
    fn expected(&self, schema: &Value) -> String {
        if let Some(target) = self.target(schema) {
            return self.expected(target);
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return format!("one of {}", among(words));
        }
        if let Some(word) = schema.get("const") {
            return shown(word);
        }
        let several = [list(schema, "anyOf"), list(schema, "oneOf")].concat();
        if !several.is_empty() {
            return several.iter().map(|one| self.expected(one)).collect::<Vec<_>>().join(", or ");
        }
        let bounds = match (schema.get("minimum"), schema.get("maximum")) {
            (Some(least), Some(most)) => format!(" from {least} to {most}"),
            _ => String::new(),
        };
        let of = match schema.get("items") {
            Some(items) if items.get("format").is_some_and(|form| form == "availability-zone") => {
                " of zones".to_owned()
            }
            Some(items) if !items.is_boolean() => format!(" of {}", plural(&self.expected(items))),
            _ => String::new(),
        };
        let one = |kind: &str| match kind {
            "string" => "text in quotation marks".to_owned(),
            "integer" => format!("a whole number{bounds}"),
            "number" => format!("a number{bounds}"),
            "boolean" => "true or false".to_owned(),
            "array" => format!("a list{of}"),
            "object" => "a table".to_owned(),
            other => other.to_owned(),
        };
        types(schema).into_iter().filter(|kind| *kind != "null").map(one).collect::<Vec<_>>().join(", or ")
    }
}

fn plural(expected: &str) -> String {
    match expected {
        "text in quotation marks" => "texts".to_owned(),
        "a whole number" => "whole numbers".to_owned(),
        "a table" => "tables".to_owned(),
        other => other.to_owned(),
    }
}

fn list<'a>(schema: &'a Value, name: &str) -> &'a [Value] {
    schema.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let types = types(schema);
    let fits = |kind: &&str| match (*kind, value) {
        ("integer", Value::Number(number)) => !number.is_f64(),
        ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("null", Value::Null) => true,
        _ => false,
    };
    types.is_empty() || types.iter().any(fits)
}

/// Returns what is wrong with the size of a value.
fn bounds_problem(schema: &Value, value: &Value) -> Option<String> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let shown_bound = |name: &str| schema.get(name).map(ToString::to_string).unwrap_or_default();
    let range = |least: &str, most: &str, noun: &str| match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) => format!("from {least} to {most}{noun}"),
        (Some(_), None) => format!("at least {}{noun}", shown_bound(least)),
        _ => format!("at most {}{noun}", shown_bound(most)),
    };
    match value {
        Value::Number(number) => {
            let number = number.as_f64()?;
            let is_below = bound("minimum").is_some_and(|least| number < least);
            let is_above = bound("maximum").is_some_and(|most| number > most);
            if is_below || is_above {
                return Some(format!("{value} is out of bounds: write {}", range("minimum", "maximum", "")));
            }
            let more = bound("exclusiveMinimum").is_some_and(|least| number <= least);
            more.then(|| format!("{value} is out of bounds: write more than {}", shown_bound("exclusiveMinimum")))
        }
        Value::Array(members) => {
            #[expect(clippy::cast_precision_loss, reason = "a list in a file is short")]
            let number = members.len() as f64;
            let is_short = bound("minItems").is_some_and(|least| number < least);
            let is_long = bound("maxItems").is_some_and(|most| number > most);
            (is_short || is_long)
                .then(|| format!("a list of {number} is not {}", range("minItems", "maxItems", " members")))
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => None,
    }
}

fn among(words: &[Value]) -> String {
    words.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Returns a value as it is written in the file, if it is short.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn found(schema: &Value, text: &str) -> Vec<String> {
        let document = Document::parse(Path::new("dev.toml"), text).unwrap();
        let refused = refused_values(&document, schema, |_| true);
        refused.iter().map(|one| one.fault(&document).to_string()).collect()
    }

    #[test]
    fn every_refused_value_has_its_place_and_the_allowed_ones() {
        let schema = json!({"properties": {
            "zones": {"anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 8},
                {"type": "array", "items": {"type": "string"}},
            ]},
            "percent": {"type": "number", "minimum": 0, "maximum": 100},
            "days": {"type": "integer", "enum": [1, 7]},
            "mode": {"$ref": "#/$defs/Mode"},
            "nat": {"oneOf": [{"const": "none"}, {"const": "one"}]},
            "emails": {"type": "array", "items": {"type": "string", "format": "email"}},
        }, "$defs": {"Mode": {"enum": ["one", "none"]}}});
        assert_eq!(
            found(
                &schema,
                "zones = '3'\npercent = 101\ndays = 2\nmode = 'two'\nnat = 'two'\nemails = ['a@example.com', 'b']\n"
            ),
            [
                "dev.toml:3:8: days: 2 is not one of 1, 7",
                "dev.toml:6:28: emails.1: \"b\" is not an e-mail address: write NAME@DOMAIN",
                "dev.toml:4:8: mode: \"two\" is not one of \"one\", \"none\"",
                "dev.toml:5:7: nat: \"two\" is not one of \"none\", \"one\"",
                "dev.toml:2:11: percent: 101 is out of bounds: write from 0 to 100",
                "dev.toml:1:9: zones: \"3\" is not a whole number from 1 to 8, or a list of texts",
            ]
        );
        assert_eq!(found(&schema, "zones = 30\n"), ["dev.toml:1:9: zones: 30 is out of bounds: write from 1 to 8"]);
        assert_eq!(found(&schema, "zones = ['a']\npercent = 1\ndays = 7\nmode = 'one'\n"), [""; 0]);
    }

    #[test]
    fn types_and_words_count_only_where_reading_failed() {
        let schema = json!({"properties": {"mode": {"enum": ["one"]}, "count": {"type": "integer", "minimum": 1}}});
        let document = Document::parse(Path::new("dev.toml"), "mode = 'alias'\ncount = 0\n").unwrap();
        let refused = refused_values(&document, &schema, |_| false);
        assert_eq!(refused.iter().map(|one| one.path.join(".")).collect::<Vec<_>>(), ["count"]);
    }
}
