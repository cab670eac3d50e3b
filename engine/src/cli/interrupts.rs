//! Ctrl-C: once to finish what is in flight, twice to stop now.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::apply::Shutdown;
use crate::cli::error::INTERRUPTED;

/// What Ctrl-C (or a polite request to end) does to a command that changes something.
pub(super) struct Interrupts {
    executing: Arc<AtomicBool>,
    came: Arc<AtomicBool>,
    listener: tokio::task::JoinHandle<()>,
}

impl Interrupts {
    /// Listens from now on. Before anything is executed, one Ctrl-C ends the process: nothing has been changed yet,
    /// and looking up what an earlier run did can be cut off anywhere.
    pub(super) fn listen(interrupt: Shutdown) -> Self {
        let executing = Arc::new(AtomicBool::new(false));
        let came = Arc::new(AtomicBool::new(false));
        let (is_executing, has_come) = (Arc::clone(&executing), Arc::clone(&came));
        let listener = tokio::spawn(async move {
            loop {
                any().await;
                if !is_executing.load(Ordering::SeqCst) {
                    std::process::exit(i32::from(INTERRUPTED));
                }
                if has_come.swap(true, Ordering::SeqCst) {
                    interrupt.abort();
                } else {
                    interrupt.drain();
                }
            }
        });
        Self { executing, came, listener }
    }

    /// From now on, operations are under way.
    pub(super) fn executing(&self) {
        self.executing.store(true, Ordering::SeqCst);
    }

    /// Whether somebody interrupted the execution.
    pub(super) fn came(&self) -> bool {
        self.came.load(Ordering::SeqCst)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Waits for Ctrl-C, or on Unix for SIGTERM, which service managers send.
pub(super) async fn any() {
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
        // Without a handler there is nothing to wait for; the system's own way of ending a process remains.
        std::future::pending::<()>().await;
    }
}
