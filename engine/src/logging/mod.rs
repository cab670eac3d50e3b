//! Logging: starts what `EBB_LOG`, `-vv` and `EBB_OTLP_ENDPOINT` ask for, and keeps secrets out of it.
//!
//! Everything is built on [`tracing`]. Nothing is installed unless it is asked for: an event then costs one comparison.
//! Log lines go to standard error, each through a writer that replaces the secrets that were registered with
//! [`register_secret`]. The most verbose levels of other crates, which show requests and responses, are not logged at
//! all (see `filter`).

mod filter;
mod forms;
#[cfg(feature = "otlp")]
mod otlp;
mod secrets;
mod settings;
mod spans;
mod start;
mod writer;

pub(crate) use secrets::is_redacting;
pub use secrets::{register_secret, register_secret_bytes};
pub(crate) use spans::{command_span, milliseconds};
pub(crate) use start::uses_stderr;
pub use start::{Logging, start};
