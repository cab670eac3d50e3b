//! Ctrl-C: once to finish the operations in flight, twice to stop at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::apply::Shutdown;
use crate::cli::error::INTERRUPTED;

/// Listens for Ctrl-C (and SIGTERM) during a command that changes something.
pub(super) struct Interrupts {
    executing: Arc<AtomicBool>,
    received: Arc<AtomicBool>,
    listener: tokio::task::JoinHandle<()>,
}

impl Interrupts {
    /// Listens from now on. Before anything is executed, one Ctrl-C ends the process: nothing has been changed yet, and
    /// the recovery of an earlier run can be cut off anywhere.
    pub(super) fn listen(shutdown: Shutdown) -> Self {
        let executing = Arc::new(AtomicBool::new(false));
        let received = Arc::new(AtomicBool::new(false));
        let (is_executing, was_received) = (Arc::clone(&executing), Arc::clone(&received));
        let listener = tokio::spawn(async move {
            loop {
                wait().await;
                if !is_executing.load(Ordering::SeqCst) {
                    std::process::exit(i32::from(INTERRUPTED));
                }
                if was_received.swap(true, Ordering::SeqCst) {
                    shutdown.abort();
                } else {
                    shutdown.drain();
                }
            }
        });
        Self { executing, received, listener }
    }

    /// Marks that operations are executed from now on.
    pub(super) fn executing(&self) {
        self.executing.store(true, Ordering::SeqCst);
    }

    /// Returns whether the execution was interrupted.
    pub(super) fn received(&self) -> bool {
        self.received.load(Ordering::SeqCst)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Waits for Ctrl-C, or on Unix for SIGTERM, which service managers send.
pub(super) async fn wait() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler, the system's default still ends the process.
        std::future::pending::<()>().await;
    }
}
