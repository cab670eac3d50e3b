//! The difference between declared and applied inputs, kept as text: nearly every resource has references, and a map of
//! values takes ten times the memory of its text.

use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::resource::{Address, dependencies};

/// The top-level fields in which a declaration differs from the applied inputs, with the declared values; null for a field
/// that is not declared. In a document it is an object.
#[derive(Clone, Debug, Default)]
pub struct DeclaredDelta(Option<Box<RawValue>>);

impl PartialEq for DeclaredDelta {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_deref().map(RawValue::get) == other.0.as_deref().map(RawValue::get)
    }
}

impl DeclaredDelta {
    /// Returns the fields in which a declaration differs from inputs.
    pub fn between(inputs: &Value, declaration: &Value) -> Self {
        let fields: Vec<_> = differences(inputs, declaration).collect();
        if fields.is_empty() {
            return Self::default();
        }
        let fields: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        // JSON values always serialize.
        Self(serde_json::value::to_raw_value(&fields).ok())
    }

    /// Returns whether a declaration differs from inputs in exactly these fields.
    pub fn is_between(&self, inputs: &Value, declaration: &Value) -> bool {
        match self.0.as_deref().map(RawValue::get) {
            None => differences(inputs, declaration).next().is_none(),
            Some(text) => {
                let differences = differences(inputs, declaration);
                // Equal texts mean the same. Unequal texts may differ in the order of the fields only.
                is_written_as(differences, text) || Self::between(inputs, declaration).fields() == self.fields()
            }
        }
    }

    /// Returns the declaration that differs from inputs in these fields.
    pub fn applied_to(&self, inputs: &Value) -> Value {
        let mut declaration = inputs.clone();
        if let Some(fields) = declaration.as_object_mut() {
            for (name, value) in self.fields() {
                if value.is_null() {
                    fields.remove(&name);
                } else {
                    fields.insert(name, value);
                }
            }
        }
        declaration
    }

    /// Forgets the fields that refer to a resource: they are declared as they were applied.
    pub(super) fn forget(&mut self, gone: &Address) {
        let mut fields = self.fields();
        let before = fields.len();
        fields.retain(|_, value| !dependencies(value).contains(gone));
        if fields.len() < before {
            // JSON values always serialize.
            self.0 = (!fields.is_empty()).then(|| serde_json::value::to_raw_value(&fields).ok()).flatten();
        }
    }

    /// Returns whether no field differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn fields(&self) -> Map<String, Value> {
        // The text is an object: it was written or checked as one.
        self.0.as_deref().and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default()
    }
}

/// Returns whether fields are written like a text.
fn is_written_as<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, text: &str) -> bool {
    let mut written = Vec::with_capacity(text.len());
    let mut separator = b'{';
    for (name, value) in fields {
        written.push(separator);
        separator = b',';
        // Writing JSON values into memory cannot fail.
        let _ = serde_json::to_writer(&mut written, name);
        written.push(b':');
        let _ = serde_json::to_writer(&mut written, value);
    }
    written.push(b'}');
    written == text.as_bytes()
}

/// Returns the top-level fields in which a declaration differs from inputs, with the declared values; null for a field that is
/// not declared.
fn differences<'a>(inputs: &'a Value, declaration: &'a Value) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let fields = |value: &'a Value| value.as_object().into_iter().flatten();
    let changed =
        fields(declaration).filter(|(name, value)| inputs.get(name.as_str()).unwrap_or(&Value::Null) != *value);
    let left_out = fields(inputs).filter(|(name, value)| !value.is_null() && declaration.get(name.as_str()).is_none());
    changed.chain(left_out.map(|(name, _)| (name, &Value::Null)))
}

impl Serialize for DeclaredDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => text.serialize(serializer),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl<'de> Deserialize<'de> for DeclaredDelta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        match text.get() {
            "{}" => Ok(Self::default()),
            object if object.starts_with('{') => Ok(Self(Some(text))),
            _ => Err(D::Error::custom("`declared` is not an object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_declared_fields_that_differ_are_kept() {
        let vpc = json!({"$ref": "ec2_vpc.main", "output": "vpc_id"});
        let cases = [
            (json!({"a": 1, "b": null}), json!({"a": 1}), json!({})),
            (json!({"vpc": "vpc-1", "a": 1}), json!({"vpc": vpc, "a": 1}), json!({"vpc": vpc})),
            (json!({"a": 1, "floor": 0}), json!({"a": 1}), json!({"floor": null})),
            (
                json!({"a": 1, "z": "\u{e9}\""}),
                json!({"a": 1, "z": "\u{e8}\"", "b": [2.5]}),
                json!({"b": [2.5], "z": "\u{e8}\""}),
            ),
        ];
        for (inputs, declared, kept) in cases {
            let delta = DeclaredDelta::between(&inputs, &declared);
            assert_eq!(serde_json::to_value(&delta).unwrap(), kept, "{inputs} {declared}");
            assert_eq!(serde_json::from_value::<DeclaredDelta>(kept).unwrap(), delta);
            assert!(delta.is_between(&inputs, &declared));
            assert!(!delta.is_between(&inputs, &json!({"other": true})));
            assert!(delta.is_between(&inputs, &delta.applied_to(&inputs)));
        }
        assert!(serde_json::from_value::<DeclaredDelta>(json!([1])).is_err());
    }

    #[test]
    fn fields_may_stand_in_any_order() {
        let read: DeclaredDelta = serde_json::from_str("{\"b\": 2,  \"a\": 1}").unwrap();
        assert!(read.is_between(&json!({}), &json!({"a": 1, "b": 2})));
    }
}
