//! The differences between the inputs that a resource has and those that are desired.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resource::Expr;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The path of the field: `routes.0.target`.
    pub field: String,
    /// The current value; null where there is none.
    pub old: Value,
    /// The desired value; null where there is none, or where it is not known before the apply.
    pub new: Value,
    /// Whether `new` is only known once the resource that it refers to has been created.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known_after_apply: bool,
    /// Whether this field cannot be changed in place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forces_replacement: bool,
}

/// Returns the fields in which `new` differs from `old`. References left in `new` are values that are not known yet. A null
/// field equals a missing one.
pub fn diff(old: &Value, new: &Value, replace_on: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&mut Vec::new(), old, new, &mut changes);
    for change in &mut changes {
        let top = change.field.split('.').next().unwrap_or_default();
        change.forces_replacement = replace_on.iter().any(|field| field == top);
    }
    changes
}

/// Returns whether a value contains a reference or a join.
fn unknown(value: &Value) -> bool {
    match value {
        _ if Expr::of(value).is_some() => true,
        Value::Object(fields) => fields.values().any(unknown),
        Value::Array(members) => members.iter().any(unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn compare<'a>(path: &mut Vec<String>, old: &'a Value, new: &'a Value, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    match (old, new) {
        (_, new) if Expr::of(new).is_some() => push(path, old, new, changes),
        (Value::Object(old_fields), Value::Object(new_fields)) => {
            let added = new_fields.keys().filter(|name| !old_fields.contains_key(*name));
            for name in old_fields.keys().chain(added) {
                path.push(name.clone());
                compare(
                    path,
                    old_fields.get(name).unwrap_or(&Value::Null),
                    new_fields.get(name).unwrap_or(&Value::Null),
                    changes,
                );
                path.pop();
            }
        }
        (Value::Array(old_members), Value::Array(new_members)) if old_members.len() == new_members.len() => {
            for (index, (old, new)) in old_members.iter().zip(new_members).enumerate() {
                path.push(index.to_string());
                compare(path, old, new, changes);
                path.pop();
            }
        }
        _ => push(path, old, new, changes),
    }
}

fn push(path: &[String], old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let unknown = unknown(new);
    changes.push(Change {
        field: path.join("."),
        old: old.clone(),
        new: if unknown && Expr::of(new).is_some() { Value::Null } else { new.clone() },
        known_after_apply: unknown,
        forces_replacement: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differing_fields_are_reported_with_their_paths() {
        let old = json!({"cidr": "10.0.0.0/16", "tags": {"a": "1"}, "ports": [1, 2], "none": null});
        let new = json!({"cidr": "10.1.0.0/16", "tags": {"a": "1", "b": "2"}, "ports": [1, 3]});
        let changes = diff(&old, &new, &["cidr".to_owned()]);
        let found: Vec<_> = changes.iter().map(|c| (c.field.as_str(), c.forces_replacement)).collect();
        assert_eq!(found, [("cidr", true), ("ports.1", false), ("tags.b", false)]);
    }

    #[test]
    fn a_reference_that_is_left_is_known_after_apply() {
        let new = json!({"vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}});
        let changes = diff(&json!({"vpc": "vpc-1"}), &new, &[]);
        assert_eq!(changes.len(), 1);
        assert!(changes[0].known_after_apply);
        assert_eq!((&changes[0].old, &changes[0].new), (&json!("vpc-1"), &Value::Null));
    }
}
