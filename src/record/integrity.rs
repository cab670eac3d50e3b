//! Invariants of documents, checked before each write and after each read.

use std::collections::{HashMap, HashSet};

use super::document::StateDocument;
use crate::resource::Address;

impl StateDocument {
    /// Returns the first contradictions in a document, in words; none if it is consistent.
    ///
    /// - Every dependency of a recorded resource or of a deposed generation is itself recorded.
    /// - No two addresses of a kind have the same id: the deletion of one would delete the other.
    /// - No deposed generation is the current one.
    /// - A pending resource has an id.
    pub fn contradictions(&self) -> Vec<String> {
        /// More contradictions do not help to find the cause.
        const REPORTED: usize = 5;
        let mut found = Vec::new();
        let mut ids: HashMap<(&str, &str), &Address> = HashMap::with_capacity(self.resources.len());
        let recorded: HashSet<&Address> = self.resources.keys().collect();
        for (address, record) in &self.resources {
            let deposed = record.deposed.iter();
            let dependencies = record.depends_on.iter().chain(deposed.clone().flat_map(|deposed| &deposed.depends_on));
            for other in dependencies.filter(|other| !recorded.contains(*other)) {
                found.push(format!("{address} depends on {other}, which is not recorded"));
            }
            for id in record.id.iter().chain(deposed.map(|deposed| &deposed.id)) {
                match ids.insert((address.kind(), id), address) {
                    Some(other) if other != address => {
                        found.push(format!("{other} and {address} have the same id {id}"))
                    }
                    _ => {}
                }
            }
            if record.deposed.iter().any(|deposed| deposed.generation == record.generation) {
                found.push(format!("{address} has generation {} twice", record.generation));
            }
            if record.pending && record.id.is_none() {
                found.push(format!("{address} is pending and has no id"));
            }
            if found.len() >= REPORTED {
                break;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::document::{Deposed, ResourceRecord};
    use crate::resource::Scope;

    fn document(records: &[(&str, ResourceRecord)]) -> StateDocument {
        let scope = Scope {
            environment: "test".into(),
            stack: "demo".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let resources = records.iter().map(|(address, record)| (address.parse().unwrap(), record.clone())).collect();
        StateDocument {
            resources,
            ..StateDocument::empty(scope, "2026-01-01T00:00:00Z".parse().unwrap(), "l".into(), "k".into())
        }
    }

    fn record(id: &str, depends_on: &[&str]) -> ResourceRecord {
        let depends_on = depends_on.iter().map(|other| other.parse().unwrap()).collect();
        ResourceRecord { id: Some(id.to_owned()), depends_on, ..ResourceRecord::blank(2) }
    }

    #[test]
    fn each_contradiction_is_reported() {
        let vpc = || ("ec2_vpc.main", record("vpc-1", &[]));
        let old = Deposed {
            id: "subnet-0".into(),
            generation: 1,
            retag: false,
            version: 1,
            inputs: json!({}),
            outputs: json!({}),
            depends_on: Default::default(),
        };
        let deposed =
            |deposed: Deposed| ResourceRecord { deposed: vec![deposed], ..record("subnet-1", &["ec2_vpc.main"]) };
        let cases: Vec<(Vec<(&str, ResourceRecord)>, &str)> = vec![
            (vec![vpc(), ("ec2_subnet.a", deposed(old.clone()))], ""),
            (vec![vpc(), ("ec2_internet_gateway.a", record("vpc-1", &[]))], ""),
            (vec![("ec2_subnet.a", record("s", &["ec2_vpc.main"]))], "depends on ec2_vpc.main, which is not recorded"),
            (vec![("ec2_vpc.a", record("v", &[])), ("ec2_vpc.b", record("v", &[]))], "have the same id v"),
            (vec![vpc(), ("ec2_subnet.a", deposed(Deposed { generation: 2, ..old.clone() }))], "generation 2 twice"),
            (
                vec![
                    vpc(),
                    ("ec2_subnet.a", deposed(Deposed { id: "vpc-1".into(), ..old.clone() })),
                    ("ec2_subnet.b", record("vpc-1", &[])),
                ],
                "have the same id vpc-1",
            ),
            (
                vec![("ec2_vpc.a", ResourceRecord { id: None, pending: true, ..record("v", &[]) })],
                "pending and has no id",
            ),
        ];
        for (records, expected) in cases {
            let found = document(&records).contradictions().join("; ");
            assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{expected}: {found}");
        }
    }
}
