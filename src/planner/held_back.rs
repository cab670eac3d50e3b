//! Leaving resources out of a plan for now, with everything that depends on them.

use std::collections::BTreeSet;

use crate::record::StateDocument;
use crate::resource::{Address, dependencies};
use crate::stack::{Declarations, Problem};

/// Holds resources back, and all that depend on them: those that are recorded stay as they were declared, and the others, and
/// the outputs that refer to them, are not declared. Returns the rest and the resources that were held back.
pub fn hold_back(
    declarations: &Declarations,
    document: &StateDocument,
    resources: &BTreeSet<Address>,
) -> Result<(Declarations, BTreeSet<Address>), Vec<Problem>> {
    let mut held = resources.clone();
    loop {
        let dependents = declarations.resources.iter().filter(|(address, declaration)| {
            let inputs = dependencies(&declaration.inputs);
            !held.contains(*address) && declaration.depends_on.iter().chain(&inputs).any(|other| held.contains(other))
        });
        let dependents: Vec<_> = dependents.map(|(address, _)| address.clone()).collect();
        if dependents.is_empty() {
            break;
        }
        held.extend(dependents);
    }
    let recorded = document.declarations().resources;
    let mut rest = declarations.clone();
    for address in &held {
        match recorded.get(address) {
            Some(declaration) => drop(rest.resources.insert(address.clone(), declaration.clone())),
            None => drop(rest.resources.remove(address)),
        }
    }
    let declared: BTreeSet<Address> = rest.resources.keys().cloned().collect();
    rest.outputs.retain(|(_, value)| dependencies(value).iter().all(|address| declared.contains(address)));
    Ok((rest.checked()?, held))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::record::ResourceRecord;
    use crate::resource::Scope;
    use crate::stack::Declaration;

    fn address(name: &str) -> Address {
        format!("test_thing.{name}").parse().unwrap()
    }

    fn declarations(of: &[(&str, Value)]) -> Declarations {
        let scope = Scope {
            environment: "test".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let resources = of.iter().map(|(name, inputs)| {
            let declaration = Declaration { inputs: inputs.clone(), depends_on: BTreeSet::new(), protect: false };
            (address(name), declaration)
        });
        let outputs = vec![
            ("MODEL".to_owned(), json!({"$ref": "test_thing.endpoint", "output": "name"})),
            ("BUCKET".to_owned(), json!({"$ref": "test_thing.bucket", "output": "name"})),
        ];
        Declarations { scope, resources: resources.collect(), outputs, violations: Vec::new() }.checked().unwrap()
    }

    fn stack() -> Declarations {
        declarations(&[
            ("bucket", json!({"size": 2})),
            ("model", json!({"bucket": {"$ref": "test_thing.bucket", "output": "name"}})),
            ("endpoint", json!({"model": {"$ref": "test_thing.model", "output": "name"}, "size": 2})),
        ])
    }

    fn document() -> StateDocument {
        StateDocument::empty(stack().scope, Timestamp::UNIX_EPOCH, "lineage".into(), "key".into())
    }

    #[test]
    fn dependents_and_outputs_are_held_back_with_a_resource() {
        let (rest, held) = hold_back(&stack(), &document(), &BTreeSet::from([address("model")])).unwrap();
        assert_eq!(held, BTreeSet::from([address("endpoint"), address("model")]));
        assert_eq!(rest.resources.keys().cloned().collect::<Vec<_>>(), [address("bucket")]);
        assert_eq!(rest.outputs.len(), 1);
    }

    #[test]
    fn recorded_resources_stay_as_they_were_declared() {
        let mut document = document();
        for (name, size) in [("model", 1), ("endpoint", 1)] {
            let record = ResourceRecord { inputs: json!({ "size": size }), ..ResourceRecord::blank(1) };
            document.resources.insert(address(name), record);
        }
        let (rest, _) = hold_back(&stack(), &document, &BTreeSet::from([address("model")])).unwrap();
        assert_eq!(rest.resources[&address("endpoint")].inputs["size"], 1, "it is neither changed nor deleted");
        assert_eq!(rest.resources[&address("bucket")].inputs["size"], 2);
        assert_eq!(rest.outputs.len(), 2);
    }
}
