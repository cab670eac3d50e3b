//! From a connection to the access that deployments and roll-outs have.

use std::sync::Arc;

use crate::apply::Access;
use crate::environment::Connection;
use crate::providers::Providers;

/// Returns the access to resources by a connection.
pub fn access(connection: &Connection, providers: &Providers) -> Access {
    Access {
        aws: Arc::clone(&connection.clients.aws),
        providers: providers.clone(),
        propagation: connection.clients.propagation(),
    }
}
