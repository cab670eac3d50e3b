//! References inside declared inputs: finding them, and putting values in their place.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::resource::Address;

/// A reference to one output of a resource, as it stands in declared inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The resource.
    #[serde(rename = "$ref")]
    pub address: Address,
    /// The name of its output.
    pub output: String,
}

impl Reference {
    /// The reference that a JSON value is, if it is one.
    pub fn of(value: &Value) -> Option<Self> {
        let fields = value.as_object().filter(|fields| fields.len() == 2)?;
        let address = fields.get("$ref")?.as_str()?.parse().ok()?;
        Some(Self { address, output: fields.get("output")?.as_str()?.to_owned() })
    }
}

/// All references inside declared inputs.
pub fn references(inputs: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(inputs, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<Reference>) {
    if let Some(reference) = Reference::of(value) {
        found.insert(reference);
        return;
    }
    match value {
        Value::Array(members) => members.iter().for_each(|member| collect(member, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Declared inputs with every reference that `lookup` knows replaced by its value.
///
/// A reference that `lookup` does not know stays as it is, and so does joined text that contains one; the second
/// part of the answer lists them.
pub fn resolve(inputs: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>) -> (Value, BTreeSet<Reference>) {
    let mut unknown = BTreeSet::new();
    let value = substitute(inputs, lookup, &mut unknown);
    (value, unknown)
}

fn substitute(value: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>, unknown: &mut BTreeSet<Reference>) -> Value {
    if let Some(reference) = Reference::of(value) {
        return lookup(&reference).unwrap_or_else(|| {
            unknown.insert(reference);
            value.clone()
        });
    }
    match value {
        Value::Array(members) => members.iter().map(|member| substitute(member, lookup, unknown)).collect(),
        Value::Object(fields) => match fields.get("$join").and_then(Value::as_array).filter(|_| fields.len() == 1) {
            Some(parts) => join(value, parts, lookup, unknown),
            None => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), substitute(field, lookup, unknown)))
                    .collect::<Map<_, _>>(),
            ),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn join(
    whole: &Value,
    parts: &[Value],
    lookup: &dyn Fn(&Reference) -> Option<Value>,
    unknown: &mut BTreeSet<Reference>,
) -> Value {
    let before = unknown.len();
    let mut text = String::new();
    for part in parts {
        match substitute(part, lookup, unknown) {
            Value::String(known) => text.push_str(&known),
            other => text.push_str(&other.to_string()),
        }
    }
    if unknown.len() == before && !parts.iter().any(|part| Reference::of(part).is_some_and(|r| unknown.contains(&r))) {
        Value::String(text)
    } else {
        whole.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_references_are_replaced_and_unknown_ones_listed() {
        let inputs = json!({
            "vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"},
            "arn": {"$join": ["arn:", {"$ref": "ec2_vpc.main", "output": "vpc_id"}, "/*"]},
            "later": [{"$join": ["x", {"$ref": "s3_bucket.b", "output": "arn"}]}, {"$ref": "s3_bucket.b", "output": "arn"}],
        });
        let (value, unknown) =
            resolve(&inputs, &|reference| (reference.address.name() == "main").then(|| json!("vpc-1")));
        assert_eq!(value["vpc"], "vpc-1");
        assert_eq!(value["arn"], "arn:vpc-1/*");
        assert_eq!(value["later"], inputs["later"]);
        assert_eq!(unknown.len(), 1);
        assert_eq!(references(&inputs).len(), 2);
    }
}
