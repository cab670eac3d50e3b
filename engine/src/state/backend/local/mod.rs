//! StateStore in a local directory.

mod backend;
mod session;

pub use backend::LocalBackend;
