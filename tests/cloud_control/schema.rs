//! The facts of a type: the files of the embedded cloud, which come from AWS's registry of types.

use ebbtide::resource::cloud_control::{Form, Property};
use serde_json::Value;

const TYPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cloud/src/services/cloudcontrol/types");

/// The schema of a type.
pub struct Schema(Value);

impl Schema {
    pub fn of(type_name: &str) -> Self {
        let file = format!("{TYPES}/{}.json", type_name.replace("::", "-"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        Self(serde_json::from_str(&text).unwrap())
    }

    /// Returns a list of texts at the top of the schema.
    pub fn list(&self, name: &str) -> Vec<String> {
        let texts = self.0[name].as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Returns whether a list has a path, one around it or one inside of it.
    pub fn has_within(&self, list: &str, path: &str) -> bool {
        let is_in = |one: &str, other: &str| one == other || one.starts_with(&format!("{other}/"));
        self.list(list).iter().any(|listed| is_in(path, listed) || is_in(listed, path))
    }

    /// Returns the name of the property with the tags.
    pub fn tags(&self) -> Option<String> {
        let tagging = &self.0["tagging"];
        let property = tagging["tagProperty"].as_str()?.strip_prefix("/properties/")?;
        (tagging["taggable"] == true).then(|| property.to_owned())
    }

    /// Returns the definition of a property.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('/')
            .try_fold(&self.0, |schema, name| {
                let schema = self.followed(schema);
                if name == "*" {
                    return schema.get("items");
                }
                // An object of one of several forms has its properties below `oneOf`.
                let forms = schema["oneOf"].as_array().into_iter().flatten().map(|form| self.followed(form));
                std::iter::once(schema).chain(forms).find_map(|schema| schema.get("properties")?.get(name))
            })
            .map(|found| self.followed(found))
    }

    /// Returns the properties of a table that a schema does not have.
    pub fn unknown(&self, table: &[Property], within: &str) -> Vec<String> {
        let mut found = Vec::new();
        for property in table.iter().filter(|property| !matches!(property.form, Form::Recorded)) {
            let path = if within.is_empty() { property.path.to_owned() } else { format!("{within}/{}", property.path) };
            match (self.at(&path), property.form) {
                (None, _) => found.push(format!("there is no property {path}")),
                (Some(_), Form::Object(members)) => found.extend(self.unknown(members, &path)),
                (Some(schema), Form::List(members)) => {
                    let item = Self(self.with_item(schema));
                    found.extend(item.unknown(members, ""));
                }
                (Some(schema), Form::Map(members, _)) => {
                    found.extend(Self(self.with_entry(schema)).unknown(members, ""));
                }
                _ => {}
            }
        }
        found
    }

    /// Returns the words in objects and lists that a schema does not have.
    pub fn wrong_words(&self, table: &[Property], within: &str) -> Vec<String> {
        let mut found = Vec::new();
        for property in table.iter().filter(|property| !matches!(property.form, Form::Recorded)) {
            let path = if within.is_empty() { property.path.to_owned() } else { format!("{within}/{}", property.path) };
            match (self.at(&path), property.form) {
                (Some(at), Form::Words(words) | Form::OnlyWord(words)) => {
                    let at = at.get("items").map_or(at, |items| self.followed(items));
                    let Some(allowed) = at["enum"].as_array() else { continue };
                    let wrong = words.iter().filter(|(_, theirs)| !allowed.iter().any(|one| *one == **theirs));
                    found.extend(wrong.map(|(_, theirs)| format!("{path}: there is no {theirs}")));
                }
                (Some(_), Form::Object(members)) => found.extend(self.wrong_words(members, &path)),
                (Some(schema), Form::List(members)) => {
                    found.extend(Self(self.with_item(schema)).wrong_words(members, ""));
                }
                (Some(schema), Form::Map(members, _)) => {
                    found.extend(Self(self.with_entry(schema)).wrong_words(members, ""));
                }
                (Some(at), Form::Switch(on, off)) if at["enum"] != serde_json::json!([on, off]) => {
                    found.push(format!("{path}: its words are not {on} and {off}"));
                }
                _ => {}
            }
        }
        found
    }

    /// Returns the schema of the items of a list, with the definitions of the whole.
    fn with_item(&self, list: &Value) -> Value {
        // A list that may be given as a text has its items below `oneOf`.
        let list = list.get("oneOf").and_then(|one| one.get(0)).map_or(list, |one| self.followed(one));
        let mut item = self.followed(&list["items"]).clone();
        item["definitions"] = self.0["definitions"].clone();
        item
    }

    /// Returns the schema of the entries of a map, with the definitions of the whole.
    fn with_entry(&self, map: &Value) -> Value {
        let patterns = map["patternProperties"].as_object().into_iter().flatten();
        let mut entry = patterns.map(|(_, entry)| self.followed(entry).clone()).next().unwrap_or_default();
        entry["definitions"] = self.0["definitions"].clone();
        entry
    }

    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.and_then(|pointer| self.0.pointer(pointer)).unwrap_or(schema)
    }
}
