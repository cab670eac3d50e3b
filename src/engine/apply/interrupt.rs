//! Ctrl-C: once to begin nothing new, twice to stop now.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells an execution that somebody wants it to end.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<watch::Sender<u8>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Interrupt {
    /// Begin nothing new; finish and record what is in flight.
    pub fn first(&self) {
        self.0.send_modify(|level| *level = (*level).max(1));
    }

    /// Stop now. What is in flight is looked up by the next command.
    pub fn second(&self) {
        self.0.send_modify(|level| *level = 2);
    }

    /// Whether somebody wants it to end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Waits until Ctrl-C was pressed once.
    pub(super) async fn wait_first(&self) {
        self.wait(1).await;
    }

    /// Waits until Ctrl-C was pressed twice.
    pub(super) async fn wait_second(&self) {
        self.wait(2).await;
    }

    async fn wait(&self, wanted: u8) {
        let mut level = self.0.subscribe();
        if level.wait_for(|level| *level >= wanted).await.is_err() {
            // The sender lives as long as `self`.
            std::future::pending::<()>().await;
        }
    }
}
