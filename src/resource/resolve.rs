//! The references inside declared inputs: finding them, and putting values in their place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Address, Expr, Reference};

/// Returns all references inside declared inputs.
pub fn references(inputs: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(inputs, &mut found);
    found
}

/// Returns the resources that declared inputs refer to.
pub fn dependencies(inputs: &Value) -> BTreeSet<Address> {
    references(inputs).into_iter().map(|reference| reference.address).collect()
}

fn collect(value: &Value, found: &mut BTreeSet<Reference>) {
    match (Expr::of(value), value) {
        (Some(Expr::Ref(reference)), _) => drop(found.insert(reference)),
        (_, Value::Array(members)) => members.iter().for_each(|member| collect(member, found)),
        (_, Value::Object(fields)) => fields.values().for_each(|field| collect(field, found)),
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {}
    }
}

/// Replaces every reference that `lookup` knows by its value.
///
/// A reference that `lookup` does not know stays as it is, and so does joined text that contains one; the second part of the
/// result lists them.
pub fn resolve(inputs: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>) -> (Value, BTreeSet<Reference>) {
    let mut unknown = BTreeSet::new();
    let value = substitute(inputs, lookup, &mut unknown);
    (value, unknown)
}

fn substitute(value: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>, unknown: &mut BTreeSet<Reference>) -> Value {
    match (Expr::of(value), value) {
        (Some(Expr::Ref(reference)), _) => lookup(&reference).unwrap_or_else(|| {
            unknown.insert(reference);
            value.clone()
        }),
        (Some(Expr::Join(parts)), _) => join(value, parts, lookup, unknown),
        (None, Value::Array(members)) => members.iter().map(|member| substitute(member, lookup, unknown)).collect(),
        (None, Value::Object(fields)) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), substitute(field, lookup, unknown)));
            Value::Object(fields.collect())
        }
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => value.clone(),
    }
}

/// Joins parts to text; the whole join stays if a part is unknown.
fn join(
    whole: &Value,
    parts: &[Value],
    lookup: &dyn Fn(&Reference) -> Option<Value>,
    unknown: &mut BTreeSet<Reference>,
) -> Value {
    let mut missing = BTreeSet::new();
    let mut text = String::new();
    for part in parts {
        match substitute(part, lookup, &mut missing) {
            Value::String(known) => text.push_str(&known),
            other => text.push_str(&other.to_string()),
        }
    }
    if missing.is_empty() {
        return Value::String(text);
    }
    unknown.append(&mut missing);
    whole.clone()
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
