//! The context of an operation on a resource: everything that it needs besides the inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clients::Aws;
use ebbtide::resource::{Identity, Scope, Tags};

/// The clients and the identity of the resource.
#[derive(Clone, Debug)]
pub struct Context {
    /// The clients.
    pub aws: Arc<Aws>,
    /// Environment, stack, address, generation.
    pub identity: Identity,
    /// Whether a deletion may delete data as well.
    pub include_data: bool,
    /// Whether a running stack goes on without the resource that is deleted.
    pub rest_stays: bool,
    /// The key of the hashes of secrets, private to the stack's state.
    pub hash_key: String,
}

impl Context {
    /// Returns the tags of a create call: the resource's own and the ownership tags.
    pub fn tags(&self, own: &Tags) -> BTreeMap<String, String> {
        let mut tags = own.clone();
        tags.extend(self.identity.tags());
        tags
    }

    /// Returns environment, stack, region and account.
    pub fn scope(&self) -> &Scope {
        &self.identity.scope
    }
}
