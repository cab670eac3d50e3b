//! Unknown keys: keys of a file that its schema does not have.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::environment::document::Document;
use crate::environment::error::{Fault, NO_SUCH_STACK};
use crate::environment::suggest::{did_you_mean, nearest};

/// Returns a fault for each key of a document that its JSON schema does not have, with the most similar key that it has.
pub(super) fn unknown_keys(document: &Document, schema: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    Walk { document, root: schema, faults: &mut faults }.value(&mut Vec::new(), &[schema], document.value());
    faults.sort();
    faults
}

struct Walk<'a> {
    document: &'a Document,
    root: &'a Value,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, path: &mut Vec<String>, schemas: &[&'a Value], value: &Value) {
        let schemas = self.flat(schemas);
        match value {
            Value::Object(fields) => {
                let known: BTreeSet<&str> = schemas
                    .iter()
                    .filter_map(|schema| schema.get("properties")?.as_object())
                    .flat_map(|properties| properties.keys().map(String::as_str))
                    .collect();
                for (name, field) in fields {
                    let below: Vec<&Value> = schemas.iter().filter_map(|schema| field_schema(schema, name)).collect();
                    path.push(name.clone());
                    if below.is_empty() && !known.is_empty() {
                        self.unknown(path, name, &known);
                    }
                    self.value(path, &below, field);
                    path.pop();
                }
            }
            Value::Array(members) => {
                let below: Vec<&Value> = schemas.iter().filter_map(|schema| schema.get("items")).collect();
                for (index, member) in members.iter().enumerate() {
                    path.push(index.to_string());
                    self.value(path, &below, member);
                    path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn unknown(&mut self, path: &[String], name: &str, known: &BTreeSet<&str>) {
        let table = path[..path.len() - 1].join(".");
        let place = if table.is_empty() { "this file".to_owned() } else { format!("[{table}]") };
        let problem = if table == "stacks" { NO_SUCH_STACK } else { "unknown key" };
        let listed = known.iter().copied().collect::<Vec<_>>().join(", ");
        let near = did_you_mean(nearest(name, known.iter().copied()));
        let message = format!("{problem}: `{name}` in {place}{near} (known: {listed})");
        self.faults.push(Fault { location: self.document.of_key(path), message });
    }

    /// Returns the schemas with references resolved and alternatives listed. All alternatives count, because only
    /// deserializing selects one of them.
    fn flat(&self, schemas: &[&'a Value]) -> Vec<&'a Value> {
        let mut flat = Vec::new();
        let mut open: Vec<&Value> = schemas.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(schema) = open.pop() {
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str).filter(|name| seen.insert(*name)) {
                open.extend(reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)));
            }
            for several in ["allOf", "anyOf", "oneOf"] {
                open.extend(schema.get(several).and_then(Value::as_array).into_iter().flatten());
            }
            flat.push(schema);
        }
        flat
    }
}

/// Returns the schema of a field, if the object may have the field.
fn field_schema<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let named = schema.get("properties").and_then(|properties| properties.get(name));
    named.or_else(|| schema.get("additionalProperties").filter(|more| **more != Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn unknown_keys_are_found_at_every_depth() {
        #[derive(schemars::JsonSchema)]
        #[allow(dead_code, reason = "only its schema is wanted")]
        struct Top {
            endpoints: Vec<Endpoint>,
            sizes: std::collections::BTreeMap<String, Endpoint>,
            mode: Option<Mode>,
        }
        #[derive(schemars::JsonSchema)]
        #[allow(dead_code, reason = "only its schema is wanted")]
        struct Endpoint {
            instance_type: String,
        }
        #[derive(schemars::JsonSchema)]
        #[serde(rename_all = "snake_case", tag = "kind")]
        #[allow(dead_code, reason = "only its schema is wanted")]
        enum Mode {
            Async { bucket: String },
            RealTime { count: u32 },
        }
        let schema = schemars::schema_for!(Top).to_value();
        let text = "[[endpoints]]\ninstance_typ = 'a'\n[sizes.any]\ninstance_type = 'b'\nfoo = 1\n\
                    [mode]\nkind = 'async'\nbuckt = 'x'\n";
        let document = Document::parse(Path::new("dev.toml"), text).unwrap();
        let found: Vec<_> = unknown_keys(&document, &schema).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(
            found[0].starts_with(
                "dev.toml:2:1: unknown key: `instance_typ` in [endpoints.0]; did you mean `instance_type`?"
            )
        );
        assert!(
            found[1].starts_with("dev.toml:5:1: unknown key: `foo` in [sizes.any] (known: instance_type)"),
            "{found:#?}"
        );
        assert!(found[2].contains("did you mean `bucket`?"), "{found:#?}");
    }
}
