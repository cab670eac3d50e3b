//! Recording resources under other addresses.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{ResourceRecord, StateDocument};
use crate::resource::{Address, readdress};

/// The reason why a resource cannot be recorded under another address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenameError {
    /// The resource is not recorded.
    #[error("{0} is not recorded")]
    NotRecorded(Address),
    /// The new address is taken.
    #[error("{0} is recorded already")]
    Taken(Address),
    /// The new address is of another kind.
    #[error("{old} and {new} are of different kinds")]
    OtherKind {
        /// The old address.
        old: Address,
        /// The new one.
        new: Address,
    },
}

impl StateDocument {
    /// Records resources under other addresses, from old ones to new ones, with everything that refers to them. Their ownership
    /// tags are those of the old addresses until they are written.
    ///
    /// At its new address a resource gets generations that were never used there.
    pub fn rename(&mut self, moves: &BTreeMap<Address, Address>) -> Result<(), RenameError> {
        self.check_moves(moves)?;
        let next: Vec<u32> = moves.values().map(|new| self.next_generation(new)).collect();
        let mut moved = Vec::with_capacity(moves.len());
        for ((old, new), first) in moves.iter().zip(next) {
            let Some(mut record) = self.resources.remove(old) else { continue };
            let highest = renumber(&mut record, first);
            self.retire(old, highest);
            moved.push((new.clone(), record));
        }
        self.resources.extend(moved);
        let renamed = |address: &Address| moves.get(address).cloned();
        let redirect = |addresses: &mut BTreeSet<Address>| {
            *addresses = addresses.iter().map(|address| renamed(address).unwrap_or_else(|| address.clone())).collect();
        };
        for record in self.resources.values_mut() {
            redirect(&mut record.depends_on);
            record.deposed.iter_mut().for_each(|deposed| redirect(&mut deposed.depends_on));
            if !record.declared.is_empty() {
                let declaration = readdress(&record.declaration(), &renamed);
                record.declare(&declaration);
            }
        }
        for (_, value) in &mut self.outputs {
            *value = readdress(value, &renamed);
        }
        Ok(())
    }

    fn check_moves(&self, moves: &BTreeMap<Address, Address>) -> Result<(), RenameError> {
        let mut taken = BTreeSet::new();
        for (old, new) in moves {
            if !self.resources.contains_key(old) {
                return Err(RenameError::NotRecorded(old.clone()));
            }
            if old.kind() != new.kind() {
                return Err(RenameError::OtherKind { old: old.clone(), new: new.clone() });
            }
            if !taken.insert(new) || self.resources.contains_key(new) && !moves.contains_key(new) {
                return Err(RenameError::Taken(new.clone()));
            }
        }
        Ok(())
    }
}

/// Gives all generations of a record new numbers in their order, from `first` on, and notes that they need other tags. Returns
/// the highest number they had.
fn renumber(record: &mut ResourceRecord, first: u32) -> u32 {
    let generations: BTreeSet<u32> =
        record.deposed.iter().map(|deposed| deposed.generation).chain([record.generation]).collect();
    let number = |generation: u32| first + u32::try_from(generations.range(..generation).count()).unwrap_or(0);
    record.generation = number(record.generation);
    record.retag = record.id.is_some();
    for deposed in &mut record.deposed {
        deposed.generation = number(deposed.generation);
        deposed.retag = true;
    }
    generations.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::Deposed;
    use crate::resource::Scope;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn document() -> StateDocument {
        let scope = Scope { environment: "e".into(), stack: "s".into(), region: "r".into(), account: "a".into() };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut document = StateDocument::empty(scope, now, "l".into(), "k".into());
        let deposed = Deposed {
            id: "vpc-1".into(),
            generation: 4,
            retag: false,
            version: 1,
            inputs: json!({}),
            outputs: json!({}),
            depends_on: Default::default(),
        };
        let vpc = ResourceRecord { id: Some("vpc-2".into()), deposed: vec![deposed], ..ResourceRecord::blank(6) };
        let mut subnet = ResourceRecord {
            id: Some("subnet-1".into()),
            inputs: json!({"vpc": "vpc-2"}),
            depends_on: [address("ec2_vpc.main")].into(),
            ..ResourceRecord::blank(1)
        };
        subnet.declare(&json!({"vpc": {"$ref": "ec2_vpc.main", "output": "vpc_id"}}));
        document.resources = [(address("ec2_vpc.main"), vpc), (address("ec2_subnet.a"), subnet)].into();
        document.retired = [(address("ec2_vpc.core"), 2)].into();
        document.outputs = vec![("VPC".into(), json!({"$ref": "ec2_vpc.main", "output": "vpc_id"}))];
        document
    }

    fn moves(pairs: &[(&str, &str)]) -> BTreeMap<Address, Address> {
        pairs.iter().map(|(old, new)| (address(old), address(new))).collect()
    }

    #[test]
    fn all_that_refers_to_a_renamed_resource_follows_it() {
        let mut document = document();
        document.rename(&moves(&[("ec2_vpc.main", "ec2_vpc.core")])).unwrap();
        let vpc = &document.resources[&address("ec2_vpc.core")];
        assert_eq!((vpc.generation, vpc.deposed[0].generation), (4, 3), "no generation is used twice");
        assert!(vpc.retag && vpc.deposed[0].retag);
        let subnet = &document.resources[&address("ec2_subnet.a")];
        let reference = json!({"$ref": "ec2_vpc.core", "output": "vpc_id"});
        assert_eq!((subnet.declaration(), subnet.retag), (json!({"vpc": reference}), false));
        assert_eq!(document.outputs[0].1, reference);
        assert!(document.contradictions().is_empty());
        assert_eq!(document.next_generation(&address("ec2_vpc.main")), 7);
    }

    #[test]
    fn two_resources_can_change_places() {
        let mut document = document();
        let other = ResourceRecord { id: Some("vpc-9".into()), ..ResourceRecord::blank(1) };
        document.resources.insert(address("ec2_vpc.core"), other);
        document.rename(&moves(&[("ec2_vpc.main", "ec2_vpc.core"), ("ec2_vpc.core", "ec2_vpc.main")])).unwrap();
        assert_eq!(document.resources[&address("ec2_vpc.main")].id.as_deref(), Some("vpc-9"));
        assert_eq!(document.resources[&address("ec2_vpc.core")].id.as_deref(), Some("vpc-2"));
        assert!(document.contradictions().is_empty());
    }

    #[test]
    fn a_rename_that_cannot_be_changes_nothing() {
        let mut renamed = document();
        for (pairs, expected) in [
            (moves(&[("ec2_vpc.x", "ec2_vpc.y")]), RenameError::NotRecorded(address("ec2_vpc.x"))),
            (
                moves(&[("ec2_vpc.main", "ec2_subnet.b")]),
                RenameError::OtherKind { old: address("ec2_vpc.main"), new: address("ec2_subnet.b") },
            ),
        ] {
            assert_eq!(renamed.rename(&pairs), Err(expected));
        }
        renamed.resources.insert(address("ec2_vpc.core"), ResourceRecord::blank(9));
        let refused = renamed.rename(&moves(&[("ec2_vpc.main", "ec2_vpc.core")]));
        assert_eq!(refused, Err(RenameError::Taken(address("ec2_vpc.core"))));
        renamed.resources.remove(&address("ec2_vpc.core"));
        assert_eq!(renamed, document());
    }
}
