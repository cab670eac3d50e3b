//! The embedded cloud of Ebbtide: an AWS emulator that behaves like something outside the process.
//!
//! It knows nothing of stacks, plans or state files, and the program that talks to AWS knows nothing of it
//! but an HTTP client and credentials. The services of [winterbaume](https://crates.io/crates/winterbaume-core)
//! serve where they are faithful ([`winterbaume`](mod@winterbaume)), and small services of this crate
//! ([`services`]) where they are not: they record the input of a create and echo it on a describe, move
//! through AWS's status transitions with a settable delay, check references, and refuse with AWS's error codes.
//!
//! Every call takes the folder's lock, reads the changes of other processes, acts, and replaces the changed
//! document atomically *before* the response leaves: an acknowledged effect survives a `SIGKILL` the moment after.

#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

pub mod access;
mod broken_body;
mod call;
mod client;
mod clock;
mod cloud;
mod connection_lost;
mod consistency;
pub mod documents;
mod durations;
mod error_response;
pub mod faults;
mod history;
mod invoke;
mod meter;
mod partition;
mod route;
mod server;
pub mod service;
pub mod services;
mod store;
pub mod usage;
pub mod virtual_time;
pub mod winterbaume;
pub mod wire;

pub use call::Reply;
pub use clock::{Clock, SystemClock};
pub use cloud::{Cloud, MeterError, OpenError, Settings};
pub use connection_lost::ConnectionLost;
pub use documents::HandlerFault;
pub use durations::Durations;
pub use faults::FaultInjector;
pub use server::serve;
pub use services::cost_explorer::Charge;
pub use usage::{Item, Metered};
