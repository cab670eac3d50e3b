//! Plans of earlier formats, as state documents hold them in a run that was left open.

use serde_json::{Map, Value, json};

use super::PLAN_FORMAT;

/// Brings a plan of format 1 up to [`PLAN_FORMAT`]. A plan file of another format is refused instead: its hash is over its
/// own form, and planning again is cheap. An open run has to be settled as it was planned.
pub fn migrate(plan: &mut Value) {
    if plan["format"] != json!(1) {
        return;
    }
    for operation in plan["operations"].as_array_mut().into_iter().flatten() {
        if let Some(fields) = operation.as_object_mut() {
            restructure(fields);
        }
    }
    plan["format"] = PLAN_FORMAT.into();
}

/// Moves the fields of an operation, flat in format 1, into its effect.
fn restructure(fields: &mut Map<String, Value>) {
    fields.remove("kind");
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (kind, reason) = (take("operation"), take("reason"));
    let [sleep, superseded, include_data] = ["sleep", "superseded", "include_data"].map(&mut take);
    let [changes, inputs, dependencies, protect] = ["changes", "inputs", "dependencies", "protect"].map(&mut take);
    let effect = match kind.as_str() {
        Some("delete") => {
            let purpose = match (sleep == json!(true), superseded == json!(true)) {
                (true, _) => "sleep",
                (false, true) => "supersede",
                (false, false) => "remove",
            };
            json!({"delete": {"purpose": purpose, "include_data": include_data == json!(true)}})
        }
        Some("forget") => json!("forget"),
        _ => {
            let dependencies = if dependencies.is_null() { json!([]) } else { dependencies };
            json!({kind.as_str().unwrap_or_default(): {
                "changes": changes, "inputs": inputs, "dependencies": dependencies, "protect": protect == json!(true),
            }})
        }
    };
    fields.insert("reason".to_owned(), json!({"other": reason}));
    fields.insert("effect".to_owned(), effect);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Effect, Operation, Purpose};

    #[test]
    fn operations_of_format_1_are_read() {
        let operation = |more: Value| {
            let mut operation = json!({
                "id": 0, "address": "ec2_vpc.main", "kind": "ec2_vpc", "generation": 2, "reason": "as planned",
                "changes": [], "depends_on": [],
            });
            operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            operation
        };
        let mut plan = json!({"format": 1, "operations": [
            operation(json!({"operation": "replace", "inputs": {"a": 1}, "dependencies": ["ec2_vpc.b"], "protect": true})),
            operation(json!({"operation": "delete", "sleep": true})),
            operation(json!({"operation": "delete", "superseded": true, "include_data": true})),
            operation(json!({"operation": "delete"})),
            operation(json!({"operation": "forget"})),
        ]});
        migrate(&mut plan);
        assert_eq!(plan["format"], PLAN_FORMAT);
        let operations: Vec<Operation> = serde_json::from_value(plan["operations"].clone()).unwrap();
        assert_eq!(operations[0].reason.to_string(), "as planned");
        let Effect::Replace(upsert) = &operations[0].effect else { panic!("{operations:?}") };
        assert!(upsert.protect && upsert.inputs == json!({"a": 1}) && upsert.dependencies.len() == 1);
        let deletions: Vec<_> = operations[1..4].iter().map(|operation| operation.deletion().unwrap()).collect();
        assert_eq!(
            deletions.iter().map(|d| d.purpose).collect::<Vec<_>>(),
            [Purpose::Sleep, Purpose::Supersede, Purpose::Remove]
        );
        assert!(deletions[1].include_data && !deletions[0].include_data);
        assert_eq!(operations[4].effect, Effect::Forget);
    }
}
