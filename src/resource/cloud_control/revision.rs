//! Digests of inputs, for outputs by which snapshots of a resource tell that it has changed.

use serde::Serialize;

use super::{Property, canonical, given};
use crate::resource::{digest, references};

/// Returns a digest of the inputs without some fields; `None` while they have references. Fields without a value make no difference, so
/// that it stays the same if a kind gets another optional field.
pub fn revision(table: &[Property], inputs: &impl Serialize, without: &[&str]) -> Option<String> {
    let mut inputs = serde_json::to_value(inputs).ok()?;
    let fields = inputs.as_object_mut()?;
    without.iter().for_each(|field| drop(fields.remove(*field)));
    if !references(&inputs).is_empty() {
        return None;
    }
    Some(digest(&canonical(&given(table, &inputs).into()), 16))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revision_follows_from_the_values_that_are_known() {
        let table = [Property::plain("size", "Size"), Property::plain("key", "Key"), Property::tags("Tags")];
        let of = |inputs: serde_json::Value| revision(&table, &inputs, &["tags"]);
        let first = of(json!({ "size": 1 })).unwrap();
        assert_eq!(of(json!({ "size": 1, "key": null, "tags": { "a": "b" } })), Some(first.clone()));
        assert_ne!(of(json!({ "size": 2 })), Some(first));
        assert_eq!(of(json!({ "size": { "$ref": "ec2_vpc.main", "output": "vpc_id" } })), None);
    }
}
