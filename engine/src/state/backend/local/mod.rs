//! State in a local directory.
//!
//! `ENVIRONMENT/STACK.json` is the document, `STACK.journal` the journal of its open run, `STACK.lock` the lock with its
//! owner, and `STACK.history/` has every earlier serial, as hard links that need no copy, where the file system has them.

mod backend;
mod durable_file;
mod files;
mod session;

pub use backend::LocalBackend;
