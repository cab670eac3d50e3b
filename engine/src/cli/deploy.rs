//! From the command line and the environment to a deployment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::apply::{Deployment, Event, Shutdown};
use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::control::access;
use crate::environment::Connection;
use crate::state::StateStore;
use ebbtide::resource::{Address, plain_text};

/// The variable with the person or machine that runs a command.
const WHO: &str = "EBB_WHO";

/// Creates the deployment that a command works on. The one place that does.
pub(super) fn deployment<'a>(
    context: &CommandContext,
    connection: &Connection,
    state: &'a StateStore,
    on_event: &'a (dyn Fn(Event) + Sync),
    shutdown: Shutdown,
    why: Option<String>,
) -> Deployment<'a> {
    Deployment {
        state,
        access: access(connection, &context.providers),
        account: connection.account.clone(),
        clock: &Timestamp::now,
        on_event,
        shutdown,
        parallel: None,
        who: who(),
        why,
    }
}

/// Returns the recorded resources that a flag, such as `--include-data`, names.
pub(super) async fn recorded_addresses(
    state: &StateStore,
    flag: &str,
    named: &[String],
) -> Result<BTreeSet<Address>, CommandError> {
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let recorded = context::recorded(state).await?;
    let known = recorded.map(|document| document.resources.into_keys().collect()).unwrap_or_default();
    context::addresses(flag, named, &known)
}

/// Prints the number of calls to AWS with `--verbose`, where it is known.
pub(super) fn note_calls(context: &CommandContext, connection: &Connection) {
    if context.output.is_verbose()
        && let Some(calls) = connection.clients.calls()
    {
        context.output.note(&format!("{calls} calls to AWS"));
    }
}

/// Checks EBB_WHO, which the history, locks and notifications show.
pub(super) fn check_who() -> Result<(), CommandError> {
    plain_text(&std::env::var(WHO).unwrap_or_default()).map_err(|message| {
        CommandError::new(CommandErrorKind::Usage, format!("{WHO}: {message}"))
            .hint(format!("{WHO} names the person or machine that runs the command, such as ada@laptop"))
    })
}

/// Returns the person or machine that runs this command: EBB_WHO, else `user@host`.
pub(super) fn who() -> String {
    if let Some(who) = std::env::var(WHO).ok().filter(|who| !who.is_empty()) {
        return who;
    }
    let host = whoami::fallible::hostname().unwrap_or_else(|_| "localhost".to_owned());
    format!("{}@{host}", whoami::fallible::username().unwrap_or_else(|_| "unknown".to_owned()))
}
