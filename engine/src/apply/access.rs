//! Access to the resources of one account: clients, providers and propagation delay.

use std::sync::Arc;

use crate::providers::{Implementation, Providers};
use crate::sdk::{Aws, Context, PropagationDelay};
use ebbtide::planner::PlanError;
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// Access to the resources of one account.
#[derive(Clone, Debug)]
pub struct Access {
    /// The clients.
    pub aws: Arc<Aws>,
    /// The kinds that can be planned and executed.
    pub providers: Providers,
    /// How long AWS may take to show a resource that it created.
    pub propagation: PropagationDelay,
}

impl Access {
    /// Returns the kind of an address together with its provider.
    pub(super) fn implementation(&self, address: &Address) -> Result<Implementation, PlanError> {
        self.providers.get(address.kind()).ok_or_else(|| PlanError::UnknownKind(address.clone()))
    }

    /// Returns the context of an operation on one generation of a resource.
    pub(crate) fn context(&self, document: &StateDocument, address: &Address, generation: u32) -> Context {
        let identity = document.scope.identity(&document.lineage, address, generation);
        Context {
            aws: Arc::clone(&self.aws),
            identity,
            include_data: false,
            rest_stays: true,
            listed: None,
            hash_key: document.key.clone(),
        }
    }
}
