//! Progress without a terminal: a line for each event, and a sign of life when nothing has happened for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::apply::Event;
use crate::cli::output::Output;
use crate::cli::progress::words;

/// After how long without a line a sign of life is given.
const SILENCE: Duration = Duration::from_secs(10);

/// Lines, and a thread that watches for silence.
pub(super) struct Plain {
    output: Output,
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

struct Shared {
    work: Mutex<Work>,
    over: Condvar,
}

struct Work {
    over: bool,
    last_line: Instant,
    phase: Option<String>,
    operations: BTreeMap<usize, Running>,
}

struct Running {
    what: String,
    status: Option<String>,
    since: Instant,
}

impl Plain {
    pub(super) fn new(output: Output) -> Self {
        let work = Work { over: false, last_line: Instant::now(), phase: None, operations: BTreeMap::new() };
        let shared = Arc::new(Shared { work: Mutex::new(work), over: Condvar::new() });
        let watched = Arc::clone(&shared);
        // Without a thread to spare there are no signs of life; the lines come all the same.
        let watcher = std::thread::Builder::new().name("progress".into()).spawn(move || watch(output, &watched)).ok();
        Self { output, shared, watcher }
    }

    pub(super) fn phase(&self, what: &str) {
        self.shared.work().phase = Some(what.to_owned());
    }

    pub(super) fn clear(&self) {
        let mut work = self.shared.work();
        work.phase = None;
        work.operations.clear();
    }

    pub(super) fn event(&self, event: &Event) {
        let mut work = self.shared.work();
        match event {
            Event::Observing { done, total } => work.phase = Some(format!("reading what is there: {done} of {total}")),
            Event::OperationStarted { id, address, operation } => {
                let what = format!("{} {address}", words::doing(*operation));
                work.phase = None;
                work.operations.insert(*id, Running { what, status: None, since: Instant::now() });
            }
            Event::OperationWaiting { id, status, .. } => {
                if let Some(running) = work.operations.get_mut(id) {
                    running.status = Some(status.clone());
                }
            }
            Event::OperationDone { id, .. } | Event::OperationFailed { id, .. } => {
                work.operations.remove(id);
            }
            Event::OperationRetrying { .. }
            | Event::OperationSkipped { .. }
            | Event::Recovering { .. }
            | Event::Recovered { .. }
            | Event::Interrupted { .. }
            | Event::Started { .. }
            | Event::Finished(_) => {}
        }
        if let Some(line) = words::line(event) {
            work.last_line = Instant::now();
            // Written while the lock is held, so that lines stay in the order of what they tell.
            self.output.note(&line);
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.shared.work().over = true;
        self.shared.over.notify_all();
        if let Some(watcher) = self.watcher.take() {
            // The watcher only writes lines; how it ended changes nothing.
            let _ = watcher.join();
        }
    }
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(output: Output, shared: &Shared) {
    let mut work = shared.work();
    while !work.over {
        let silent = work.last_line.elapsed();
        if silent >= SILENCE {
            if let Some(sign) = sign_of_life(&work) {
                output.note(&sign);
            }
            work.last_line = Instant::now();
            continue;
        }
        work = shared.over.wait_timeout(work, SILENCE - silent).unwrap_or_else(PoisonError::into_inner).0;
    }
}

fn sign_of_life(work: &Work) -> Option<String> {
    let mut parts: Vec<String> = work
        .operations
        .values()
        .take(5)
        .map(|running| {
            let status = running.status.as_ref().map(|status| format!("{status}, ")).unwrap_or_default();
            let elapsed = u64::try_from(running.since.elapsed().as_millis()).unwrap_or(u64::MAX);
            format!("{} ({status}{})", running.what, words::duration(elapsed))
        })
        .collect();
    if work.operations.len() > 5 {
        parts.push(format!("{} more", work.operations.len() - 5));
    }
    parts.extend(work.phase.clone().filter(|_| work.operations.is_empty()));
    (!parts.is_empty()).then(|| format!("still {}", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_says_what_is_waited_for() {
        let mut work = Work {
            over: false,
            last_line: Instant::now(),
            phase: Some("reading what is there".into()),
            operations: BTreeMap::new(),
        };
        assert_eq!(sign_of_life(&work).unwrap(), "still reading what is there");
        work.operations.insert(
            0,
            Running {
                what: "creating sagemaker_endpoint.llm".into(),
                status: Some("Creating".into()),
                since: Instant::now(),
            },
        );
        assert_eq!(sign_of_life(&work).unwrap(), "still creating sagemaker_endpoint.llm (Creating, 0.0 s)");
    }
}
