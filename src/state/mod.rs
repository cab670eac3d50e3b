//! State: what Ebbtide believes to exist, kept so that nothing that bills is ever lost sight of.

mod backend;
mod error;
mod journal;
mod local;
mod snapshot;

pub use backend::{Backend, Holder, Session};
pub use error::StateError;
pub use journal::{Outcome, Progress, replay};
pub use local::LocalBackend;
pub use snapshot::{Deposed, Entry, FORMAT, Run, Snapshot};
