//! The reasons why a rehearsal ends early.

use ebbtide_cloud::MeterError;

use crate::apply::Failure;
use crate::control::notify::NotifyError;
use crate::environment::ConnectError;

/// The reasons why a rehearsal ends early.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The faults cannot be read.
    #[error("--faults: {0}")]
    Faults(String),
    /// The cloud or its state cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The stack cannot be planned or executed.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The stack does not come up.
    #[error("the stack did not come up: {0}")]
    NotUp(String),
    /// There is no notifier.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// The meter of the cloud cannot be read.
    #[error(transparent)]
    Meter(#[from] MeterError),
}
