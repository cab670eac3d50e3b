//! The references inside declared inputs: finding them, and putting values in their place.

use std::collections::BTreeSet;

use serde_json::{Value, json};

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

/// Points the references inside declared inputs to other addresses, where `renamed` has one.
pub fn readdress(inputs: &Value, renamed: &dyn Fn(&Address) -> Option<Address>) -> Value {
    match (Expr::of(inputs), inputs) {
        (Some(Expr::Ref(reference)), _) => match renamed(&reference.address) {
            Some(address) => json!({ "$ref": address, "output": reference.output }),
            None => inputs.clone(),
        },
        (_, Value::Array(members)) => members.iter().map(|member| readdress(member, renamed)).collect(),
        (_, Value::Object(fields)) => {
            fields.iter().map(|(name, field)| (name.clone(), readdress(field, renamed))).collect()
        }
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => inputs.clone(),
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
        let other = readdress(&inputs, &|address| (address.name() == "b").then(|| "s3_bucket.c".parse().unwrap()));
        assert_eq!(other["vpc"], inputs["vpc"]);
        let reference = json!({"$ref": "s3_bucket.c", "output": "arn"});
        assert_eq!(other["later"], json!([{"$join": ["x", reference]}, reference]));
    }
}
