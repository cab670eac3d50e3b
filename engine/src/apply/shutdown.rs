//! Ctrl-C: once to start nothing new, twice to stop now.

use tokio_util::sync::CancellationToken;

/// Asks an execution to end, in two levels. Clones share the request.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    drain: CancellationToken,
    abort: CancellationToken,
}

impl Shutdown {
    /// Starts nothing new; finishes and records operations in flight.
    pub fn drain(&self) {
        self.drain.cancel();
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
