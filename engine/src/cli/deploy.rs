//! From command line and environment to a deployment.

use jiff::Timestamp;

use crate::apply::{Access, Deployment, Event, Shutdown};
use crate::cli::context::Context;
use crate::environment::Connection;
use crate::state::StateStore;

/// Creates the deployment that a command works on. The one place that does.
pub(super) fn deployment<'a>(
    context: &Context,
    connection: &Connection,
    state: &'a StateStore,
    on_event: &'a (dyn Fn(Event) + Sync),
    shutdown: Shutdown,
    why: Option<String>,
) -> Deployment<'a> {
    Deployment {
        state,
        access: Access {
            aws: connection.clients.aws.clone(),
            providers: context.providers.clone(),
            propagation: connection.clients.propagation(),
        },
        account: connection.account.clone(),
        clock: &Timestamp::now,
        on_event,
        shutdown,
        who: who(),
        why,
    }
}

/// Returns the person or machine that runs this command: `user@host`.
pub(super) fn who() -> String {
    let host = whoami::fallible::hostname().unwrap_or_else(|_| "localhost".to_owned());
    format!("{}@{host}", whoami::fallible::username().unwrap_or_else(|_| "unknown".to_owned()))
}
