//! Recorded state as data: the document, the open run and its journal.

mod declarations;
mod declared_delta;
mod document;
mod integrity;
mod journal;
mod run;

pub use declarations::declared_at;
pub use declared_delta::Differing;
pub use document::{Deposed, Entry, FORMAT, Snapshot};
pub use journal::{Outcome, Progress, blank, replay};
pub use run::{Ended, Ending, Run};
