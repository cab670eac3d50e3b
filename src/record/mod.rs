//! Recorded state as data: the document, the open run and its journal.

mod attempted;
mod bill;
mod declarations;
mod declared_delta;
mod dependents;
mod document;
mod forget;
mod integrity;
mod journal;
mod rename;
mod run;
mod versions;

pub use bill::{Bill, BilledDays};
pub use declared_delta::DeclaredDelta;
pub use document::{Deposed, ResourceRecord, STATE_FORMAT, StateDocument};
pub use forget::Forgotten;
pub use journal::{IllegalEntry, JournalEntry, JournalEvent, Replay, replay};
pub use rename::RenameError;
pub use run::{Run, RunOutcome, RunRecord};
