//! The embedded cloud of Ebbtide: an AWS emulator that behaves like something outside the process.
//!
//! It knows nothing of stacks, plans or state files, and the program that talks to AWS knows nothing of it
//! but an HTTP client and credentials. [winterbaume](https://crates.io/crates/winterbaume-core) is the chassis:
//! its services answer where they are faithful ([`adopted`]), and small services of this crate
//! ([`services`]) answer where they are not: they record what a create sends and echo it on a describe, move
//! through AWS's status transitions with a settable delay, check references, and refuse with AWS's error codes.
//!
//! Every call takes the folder's lock, reads what another process changed, answers, and replaces the changed
//! document atomically *before* the answer leaves: what it has answered survives a `SIGKILL` the moment after.

#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

pub mod adopted;
mod client;
mod clock;
mod cloud;
pub mod documents;
mod refusal;
mod route;
pub mod seam;
mod server;
pub mod service;
pub mod services;
mod store;
pub mod wire;

pub use cloud::{Cloud, ConnectionLost, OpenError, Settings};
pub use seam::Seam;
pub use server::serve;
