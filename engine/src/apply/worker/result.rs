//! Messages and results of workers.

use tokio::sync::oneshot;

use crate::sdk::Error;
use ebbtide::record::JournalEvent;

/// A message of a worker that is still at work.
pub(in crate::apply) enum WorkerMessage {
    /// An event to make durable. If there is an acknowledgement, the worker waits for it.
    Progress(usize, JournalEvent, Option<oneshot::Sender<()>>),
    /// The operation makes its first call.
    Begun(usize),
    /// AWS is working on the resource; its status.
    Waiting(usize, String),
    /// A call is retried after so many milliseconds.
    Retrying(usize, Error, u64),
}

/// The result of a worker.
pub(in crate::apply) enum WorkerResult {
    /// The operation is done; the event to record.
    Done(JournalEvent),
    /// The wait was given up because the run is ending. Accepted calls are recorded.
    Interrupted,
    /// The operation failed.
    Failed {
        /// The error.
        error: Box<Error>,
        /// Whether a creation may have happened unseen.
        uncertain: bool,
    },
}

/// Why an operation stopped before it was done.
pub(super) enum Stop {
    /// The run is ending.
    Interrupted,
    /// The operation failed; a creation cannot have happened unseen.
    Failed(Error),
    /// The operation failed; a creation may have happened unseen.
    Uncertain(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Result<JournalEvent, Stop>> for WorkerResult {
    fn from(result: Result<JournalEvent, Stop>) -> Self {
        match result {
            Ok(event) => Self::Done(event),
            Err(Stop::Interrupted) => Self::Interrupted,
            Err(Stop::Failed(error)) => Self::Failed { error: Box::new(error), uncertain: false },
            Err(Stop::Uncertain(error)) => Self::Failed { error: Box::new(error), uncertain: true },
        }
    }
}
