//! The resources that give way, so that operations do not wait for each other in a circle.

use std::collections::BTreeSet;

use crate::resource::Address;

/// The resources that give way.
#[derive(Clone, Debug, Default)]
pub(super) struct GivingWay {
    addresses: BTreeSet<Address>,
    anew: BTreeSet<Address>,
}

/// A resource that can give way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// How much it matters: the least first.
    pub(super) rank: u8,
    /// The resource.
    pub(super) address: Address,
    /// Whether it would be created anew, although an earlier generation could be reused.
    pub(super) anew: bool,
}

impl GivingWay {
    /// Returns these resources and one more.
    pub(super) fn with(&self, candidate: Candidate) -> Self {
        let mut more = self.clone();
        if candidate.anew {
            more.anew.insert(candidate.address.clone());
        }
        more.addresses.insert(candidate.address);
        more
    }

    /// Returns whether a resource gives way: a replacement deletes first, an ephemeral resource is replaced instead of
    /// changed, a durable one is changed later, and nothing waits until one that is gone exists again.
    pub(super) fn contains(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }

    /// Returns whether a resource is created anew, although an earlier generation of it could be reused.
    pub(super) fn is_created_anew(&self, address: &Address) -> bool {
        self.anew.contains(address)
    }
}
