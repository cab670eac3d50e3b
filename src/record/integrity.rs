//! What must hold of every document, checked before each write and after each read.

use std::collections::{HashMap, HashSet};

use crate::record::StateDocument;

impl StateDocument {
    /// The first contradictions in a document, in words; empty if it is sound.
    ///
    /// - Every dependency of a recorded resource, of an earlier generation too, is itself recorded.
    /// - No two addresses of a kind have one id: one of them would be deleted with the other.
    /// - No earlier generation is as young as the one that took its place, unless it was taken up again since.
    /// - A resource that is pending has an id to be found by.
    pub fn contradictions(&self) -> Vec<String> {
        /// More do not help to find the cause.
        const TOLD: usize = 5;
        let mut found = Vec::new();
        let mut ids: HashMap<(&str, &str), &crate::resource::Address> = HashMap::with_capacity(self.resources.len());
        let recorded: HashSet<&crate::resource::Address> = self.resources.keys().collect();
        for (address, entry) in &self.resources {
            let deposed = entry.deposed.iter();
            let depended = entry.depends_on.iter().chain(deposed.clone().flat_map(|deposed| &deposed.depends_on));
            for other in depended.filter(|other| !recorded.contains(*other)) {
                found.push(format!("{address} depends on {other}, which is not recorded"));
            }
            for id in entry.id.iter().chain(deposed.map(|deposed| &deposed.id)) {
                match ids.insert((address.kind(), id), address) {
                    Some(other) if other != address => {
                        found.push(format!("{other} and {address} have the same id {id}"))
                    }
                    _ => {}
                }
            }
            if entry.deposed.iter().any(|deposed| deposed.generation == entry.generation) {
                found.push(format!("{address} has generation {} twice", entry.generation));
            }
            if entry.pending && entry.id.is_none() {
                found.push(format!("{address} is pending and has no id"));
            }
            if found.len() >= TOLD {
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
    use crate::record::{Deposed, ResourceRecord};

    fn snapshot(entries: &[(&str, ResourceRecord)]) -> StateDocument {
        let scope = crate::resource::Scope {
            environment: "test".into(),
            stack: "demo".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let resources = entries.iter().map(|(address, entry)| (address.parse().unwrap(), entry.clone())).collect();
        StateDocument {
            resources,
            ..StateDocument::empty(scope, "2026-01-01T00:00:00Z".parse().unwrap(), "l".into(), "k".into())
        }
    }

    fn entry(id: &str, depends_on: &[&str]) -> ResourceRecord {
        let depends_on = depends_on.iter().map(|other| other.parse().unwrap()).collect();
        ResourceRecord { id: Some(id.to_owned()), depends_on, ..ResourceRecord::blank(2) }
    }

    #[test]
    fn each_contradiction_is_told() {
        let vpc = || ("ec2_vpc.main", entry("vpc-1", &[]));
        let old = Deposed {
            id: "subnet-0".into(),
            generation: 1,
            inputs: json!({}),
            outputs: json!({}),
            depends_on: Default::default(),
        };
        let deposed =
            |deposed: Deposed| ResourceRecord { deposed: vec![deposed], ..entry("subnet-1", &["ec2_vpc.main"]) };
        let cases: Vec<(Vec<(&str, ResourceRecord)>, &str)> = vec![
            (vec![vpc(), ("ec2_subnet.a", deposed(old.clone()))], ""),
            (vec![vpc(), ("ec2_internet_gateway.a", entry("vpc-1", &[]))], ""),
            (vec![("ec2_subnet.a", entry("s", &["ec2_vpc.main"]))], "depends on ec2_vpc.main, which is not recorded"),
            (vec![("ec2_vpc.a", entry("v", &[])), ("ec2_vpc.b", entry("v", &[]))], "have the same id v"),
            (vec![vpc(), ("ec2_subnet.a", deposed(Deposed { generation: 2, ..old.clone() }))], "generation 2 twice"),
            (
                vec![
                    vpc(),
                    ("ec2_subnet.a", deposed(Deposed { id: "vpc-1".into(), ..old.clone() })),
                    ("ec2_subnet.b", entry("vpc-1", &[])),
                ],
                "have the same id vpc-1",
            ),
            (
                vec![("ec2_vpc.a", ResourceRecord { id: None, pending: true, ..entry("v", &[]) })],
                "pending and has no id",
            ),
        ];
        for (entries, expected) in cases {
            let told = snapshot(&entries).contradictions().join("; ");
            assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{expected}: {told}");
        }
    }
}
