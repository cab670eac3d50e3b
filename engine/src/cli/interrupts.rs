//! Ctrl-C: once to finish the operations in flight, twice to stop at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::apply::Shutdown;
use crate::cli::error::{CommandError, CommandErrorKind, INTERRUPTED};

/// Listens for Ctrl-C (and SIGTERM and SIGHUP) during a command that changes something.
pub(super) struct Interrupts {
    executing: Arc<AtomicBool>,
    received: Arc<AtomicBool>,
    shutdown: Shutdown,
    listener: tokio::task::JoinHandle<()>,
    timer: Option<tokio::task::JoinHandle<()>>,
}

/// The time that operations in flight have to finish once the time limit is over. AWS goes on with those that take longer, and the
/// next command looks them up.
const GRACE: Duration = Duration::from_secs(10);

impl Interrupts {
    /// Listens from now on. The first Ctrl-C asks the command to end; the second stops at once. Before anything is executed
    /// it ends the process: nothing has been changed yet, and the recovery of an earlier run can be cut off anywhere.
    pub(super) fn listen(shutdown: Shutdown) -> Self {
        let executing = Arc::new(AtomicBool::new(false));
        let received = Arc::new(AtomicBool::new(false));
        let (is_executing, was_received) = (Arc::clone(&executing), Arc::clone(&received));
        let ending = shutdown.clone();
        let mut signals = Signals::listen();
        let listener = tokio::spawn(async move {
            loop {
                signals.next().await;
                if !was_received.swap(true, Ordering::SeqCst) {
                    ending.drain();
                } else if is_executing.load(Ordering::SeqCst) {
                    ending.abort();
                } else {
                    std::process::exit(i32::from(INTERRUPTED));
                }
            }
        });
        Self { executing, received, shutdown, listener, timer: None }
    }

    /// Ends the command after a time, counted from now.
    pub(super) fn within(mut self, limit: Option<Duration>) -> Self {
        let shutdown = self.shutdown.clone();
        self.timer = limit.map(|limit| {
            tokio::spawn(async move {
                tokio::time::sleep(limit).await;
                shutdown.end_time();
                tokio::time::sleep(GRACE).await;
                shutdown.abort();
            })
        });
        self
    }

    /// Does work that changes nothing, unless Ctrl-C ends the command before it is done.
    pub(super) async fn unless<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, CommandError>
    where
        CommandError: From<E>,
    {
        tokio::select! {
            biased;
            () = self.shutdown.draining() => {
                if self.is_time_over() {
                    return Err(time_over(" before anything was executed; nothing was changed"));
                }
                let message = "interrupted before anything was executed; nothing was changed";
                Err(CommandError::new(CommandErrorKind::Interrupted, message).hint("run the same command again"))
            }
            done = work => Ok(done?),
        }
    }

    /// Marks that operations are executed from now on.
    pub(super) fn executing(&self) {
        self.executing.store(true, Ordering::SeqCst);
    }

    /// Returns whether the time limit ended the command.
    pub(super) fn is_time_over(&self) -> bool {
        self.shutdown.is_time_over()
    }

    /// Returns the error of an execution that was stopped: by Ctrl-C, or by the time limit.
    pub(super) fn explained(&self, error: CommandError) -> CommandError {
        match error.kind {
            CommandErrorKind::Interrupted if self.is_time_over() && !self.received() => {
                time_over(", and operations are in flight, which the next command looks up")
            }
            _ => error,
        }
    }

    /// Returns whether the command was interrupted.
    pub(super) fn received(&self) -> bool {
        self.received.load(Ordering::SeqCst)
    }
}

fn time_over(when: &str) -> CommandError {
    let message = format!("the time limit of `--timeout` is over{when}");
    CommandError::new(CommandErrorKind::Apply, message).hint("run the same command again: it carries on")
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.listener.abort();
        if let Some(timer) = &self.timer {
            timer.abort();
        }
    }
}

/// Waits for Ctrl-C, or on Unix for SIGTERM, which service managers send, or SIGHUP, the end of a terminal.
pub(super) async fn wait() {
    Signals::listen().next().await;
}

/// The signals that ask a process to end. One listener for all of them, so that none is lost between two waits.
struct Signals {
    #[cfg(unix)]
    others: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !ignores_hangup() {
            kinds.push(SignalKind::hangup());
        }
        Self { others: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    /// Waits for the next signal. Without a handler, the system's default still ends the process.
    #[cfg(unix)]
    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let received = |signal: &mut tokio::signal::unix::Signal| signal.poll_recv(context).is_ready();
            if self.others.iter_mut().any(received) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Returns whether this process was started to survive the end of its terminal, as `nohup` starts it. Where the system does not
/// say, it was not.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    const SIGHUP: u32 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}
