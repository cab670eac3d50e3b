//! The request to end: Ctrl-C once to start nothing new, twice to stop now; or the end of a time limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// Asks an execution to end, in two levels. Clones share the request.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    drain: CancellationToken,
    abort: CancellationToken,
    time_over: Arc<AtomicBool>,
}

impl Shutdown {
    /// Starts nothing new; finishes and records operations in flight.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// Starts nothing new, because the time of the command is over.
    pub fn end_time(&self) {
        self.time_over.store(true, Ordering::SeqCst);
        self.drain();
    }

    /// Returns whether the time of the command is over.
    pub fn is_time_over(&self) -> bool {
        self.time_over.load(Ordering::SeqCst)
    }

    /// Stops now. The next command looks up the operations in flight.
    pub fn abort(&self) {
        self.drain.cancel();
        self.abort.cancel();
    }

    /// Returns whether the execution was asked to end.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Waits until the execution is asked to end.
    pub async fn draining(&self) {
        self.drain.cancelled().await;
    }

    /// Waits until the execution is asked to stop now.
    pub(super) async fn aborted(&self) {
        self.abort.cancelled().await;
    }
}
