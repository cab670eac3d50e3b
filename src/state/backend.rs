//! Where state is kept. The local directory is one backend; others keep the same promises.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Progress, Snapshot, StateError};
use crate::resource::Boxed;

/// Who changes a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// `user@host`.
    pub by: String,
    /// The process id on that host.
    pub process: u32,
    /// The command: `apply`, `pause`, …
    pub command: String,
    /// Since when.
    pub since: Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, process, command, since } = self;
        write!(f, "{by} (`ebb {command}`, process {process}, since {since:.0})")
    }
}

/// The state of one stack in one environment, in one place.
pub trait Backend: Send + Sync {
    /// The place, for messages: a path or a URL.
    fn place(&self) -> String;

    /// The committed document and the progress of its open run, or `None` if there was never a commit.
    fn read(&self) -> Boxed<'_, Result<Option<(Snapshot, Vec<Progress>)>, StateError>>;

    /// Takes the stack for one writer, or names who has it.
    fn acquire(&self, holder: Holder) -> Boxed<'_, Result<Box<dyn Session>, StateError>>;
}

/// The right to write, until it is dropped.
pub trait Session: Send {
    /// The committed document and the progress of its open run.
    fn read(&self) -> Boxed<'_, Result<Option<(Snapshot, Vec<Progress>)>, StateError>>;

    /// Makes a document durable, atomically, if the one there is still `expected` (its serial; 0 if there is none).
    /// The progress of an earlier run is dropped with it.
    fn commit<'a>(&'a mut self, snapshot: &'a Snapshot, expected: u64) -> Boxed<'a, Result<(), StateError>>;

    /// Makes progress of the open run durable.
    fn append<'a>(&'a mut self, progress: &'a [Progress]) -> Boxed<'a, Result<(), StateError>>;
}
