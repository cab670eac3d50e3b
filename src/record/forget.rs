//! Dropping a resource from the record: the way out of a record that contradicts itself.

use super::document::StateDocument;
use crate::plan::Effect;
use crate::resource::{Address, Reference, resolve};

/// A resource that was dropped from the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The ids in AWS of all its generations. They still exist there.
    pub ids: Vec<String>,
    /// The recorded resources that depended on it.
    pub dependents: Vec<Address>,
}

impl StateDocument {
    /// Drops a resource from the record and from the open run, whose creation of it is not looked up any more. Declarations
    /// that refer to it keep the values that it had. Returns `None` if neither knows the resource.
    ///
    /// The journal of an open run must have been applied.
    pub fn forget(&mut self, address: &Address) -> Option<Forgotten> {
        let mut forgotten = Forgotten::default();
        // The generations of an open run are used up all the same.
        let mut generations = Vec::new();
        for operation in self.run.iter_mut().flat_map(|run| &mut run.plan.operations) {
            if operation.address == *address {
                generations.push(operation.generation);
                operation.effect = Effect::Forget;
            }
        }
        if let Some(record) = self.resources.remove(address) {
            generations.extend(record.deposed.iter().map(|deposed| deposed.generation).chain([record.generation]));
            let output = |reference: &Reference| {
                let outputs = (reference.address == *address).then_some(&record.outputs)?;
                outputs.get(&reference.output).cloned()
            };
            forgotten.ids = record.id.iter().chain(record.deposed.iter().map(|old| &old.id)).cloned().collect();
            for (_, value) in &mut self.outputs {
                *value = resolve(value, &output).0;
            }
            for (other, dependent) in &mut self.resources {
                let mut depends = dependent.depends_on.remove(address);
                for deposed in &mut dependent.deposed {
                    depends |= deposed.depends_on.remove(address);
                }
                if depends {
                    let declaration = resolve(&dependent.declaration(), &output).0;
                    dependent.declare(&declaration);
                    forgotten.dependents.push(other.clone());
                }
            }
        }
        let highest = generations.into_iter().max()?;
        self.retire(address, highest);
        Some(forgotten)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::{Deposed, ResourceRecord};
    use crate::resource::Scope;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_forgotten_resource_leaves_its_values_to_those_that_referred_to_it() {
        let scope = Scope { environment: "e".into(), stack: "s".into(), region: "r".into(), account: "a".into() };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut document = StateDocument::empty(scope, now, "l".into(), "k".into());
        let deposed = Deposed {
            id: "vpc-1".into(),
            generation: 1,
            retag: false,
            version: 1,
            inputs: json!({}),
            outputs: json!({}),
            depends_on: Default::default(),
        };
        let vpc = ResourceRecord {
            id: Some("vpc-2".into()),
            outputs: json!({"vpc_id": "vpc-2"}),
            deposed: vec![deposed],
            ..ResourceRecord::blank(2)
        };
        let mut subnet = ResourceRecord {
            id: Some("subnet-1".into()),
            inputs: json!({"vpc": "vpc-2"}),
            depends_on: [address("ec2_vpc.main")].into(),
            ..ResourceRecord::blank(1)
        };
        subnet.declare(&json!({"vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}}));
        document.resources = [(address("ec2_vpc.main"), vpc), (address("ec2_subnet.a"), subnet)].into();
        document.outputs = vec![("VPC".into(), json!({"$ref": "ec2_vpc.main", "output": "vpc_id"}))];

        let forgotten = document.forget(&address("ec2_vpc.main")).unwrap();
        assert_eq!(forgotten.ids, ["vpc-2", "vpc-1"]);
        assert_eq!(forgotten.dependents, [address("ec2_subnet.a")]);
        let subnet = &document.resources[&address("ec2_subnet.a")];
        assert_eq!((subnet.declaration(), subnet.depends_on.len()), (json!({"vpc": "vpc-2"}), 0));
        assert_eq!(document.outputs[0].1, "vpc-2");
        assert_eq!(document.next_generation(&address("ec2_vpc.main")), 3);
        assert!(document.contradictions().is_empty());
        assert_eq!(document.forget(&address("ec2_vpc.main")), None);
    }
}
