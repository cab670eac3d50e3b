//! Progress without a terminal: one line for each event, and a sign of life after a silence.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::apply::Event;
use crate::cli::output::Output;
use crate::cli::progress::messages;
use crate::logging::milliseconds;
use ebbtide::resource::Address;

/// The time without a line after which a sign of life is printed.
const SILENCE: Duration = Duration::from_secs(30);

/// Lines, and a thread that watches for silence.
pub(super) struct Plain {
    output: Output,
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

struct Shared {
    activity: Mutex<Activity>,
    over: Condvar,
}

struct Activity {
    over: bool,
    last_line: Instant,
    phase: Option<String>,
    operations: BTreeMap<usize, Running>,
    run: Option<Run>,
}

/// How far a run is.
struct Run {
    begun: Instant,
    done: usize,
    total: usize,
    /// The time that was left at an instant, in milliseconds.
    left: (Instant, u64),
    waits_for: Address,
}

struct Running {
    action: String,
    status: Option<String>,
    since: Instant,
}

impl Plain {
    pub(super) fn new(output: Output) -> Self {
        let operations = BTreeMap::new();
        let activity = Activity { over: false, last_line: Instant::now(), phase: None, operations, run: None };
        let shared = Arc::new(Shared { activity: Mutex::new(activity), over: Condvar::new() });
        let watched = Arc::clone(&shared);
        // If no thread can be started, there are no signs of life; lines are printed all the same.
        let watcher = std::thread::Builder::new().name("progress".into()).spawn(move || watch(output, &watched)).ok();
        Self { output, shared, watcher }
    }

    pub(super) fn phase(&self, phase: &str) {
        self.shared.activity().phase = Some(phase.to_owned());
    }

    pub(super) fn clear(&self) {
        let mut activity = self.shared.activity();
        activity.phase = None;
        activity.run = None;
        activity.operations.clear();
    }

    pub(super) fn event(&self, event: &Event) {
        let mut activity = self.shared.activity();
        match event {
            Event::Observing { done, total } => activity.phase = Some(format!("reading resources: {done} of {total}")),
            Event::OperationStarted { id, address, operation } => {
                let action = format!("{} {address}", messages::doing(*operation));
                activity.phase = None;
                activity.operations.insert(*id, Running { action, status: None, since: Instant::now() });
            }
            Event::Progress { done, total, left_ms, waits_for } => {
                let now = Instant::now();
                let begun = activity.run.as_ref().map_or(now, |run| run.begun);
                let (done, total, waits_for) = (*done, *total, waits_for.clone());
                activity.run = Some(Run { begun, done, total, left: (now, *left_ms), waits_for });
            }
            Event::OperationWaiting { id, status, .. } => {
                if let Some(running) = activity.operations.get_mut(id) {
                    running.status = Some(status.clone());
                }
            }
            Event::OperationDone { id, .. } | Event::OperationFailed { id, .. } => {
                activity.operations.remove(id);
            }
            Event::OperationRetrying { .. }
            | Event::OperationSkipped { .. }
            | Event::Recovering { .. }
            | Event::Recovered { .. }
            | Event::ElsewhereUnknown { .. }
            | Event::Preflight { .. }
            | Event::Warning(_)
            | Event::TagsWritten { .. }
            | Event::TagsFailed { .. }
            | Event::LedgerFailed { .. }
            | Event::Unreadable { .. }
            | Event::WaitingForCapacity { .. }
            | Event::WaitingForStack { .. }
            | Event::Interrupted { .. }
            | Event::Started { .. }
            | Event::Finished(_) => {}
        }
        if let Some(mut line) = messages::line(event) {
            activity.last_line = Instant::now();
            // The count comes with the next report, which knows all that ended at once.
            if let (Event::OperationDone { .. }, Some(run)) = (event, activity.run.as_mut()) {
                run.done += 1;
                line = format!("[{} of {}] {line}", run.done, run.total);
            }
            // Written while the lock is held, so that lines stay in the order of their events.
            self.output.note(&line);
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.shared.activity().over = true;
        self.shared.over.notify_all();
        if let Some(watcher) = self.watcher.take() {
            // The watcher only writes lines, so a panic in it changes nothing.
            let _ = watcher.join();
        }
    }
}

impl Shared {
    fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(output: Output, shared: &Shared) {
    let mut activity = shared.activity();
    while !activity.over {
        let silent = activity.last_line.elapsed();
        if silent >= SILENCE {
            if let Some(sign) = sign_of_life(&activity) {
                output.note(&sign);
            }
            activity.last_line = Instant::now();
            continue;
        }
        activity = shared.over.wait_timeout(activity, SILENCE - silent).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Returns a line about the operations in flight, or about the phase if there are none.
fn sign_of_life(activity: &Activity) -> Option<String> {
    let mut parts: Vec<String> = activity
        .operations
        .values()
        .take(5)
        .map(|running| {
            let status = running.status.as_ref().map(|status| format!("{status}, ")).unwrap_or_default();
            format!("{} ({status}{})", running.action, messages::duration(milliseconds(running.since.elapsed())))
        })
        .collect();
    if activity.operations.len() > 5 {
        parts.push(format!("{} more", activity.operations.len() - 5));
    }
    parts.extend(activity.phase.clone().filter(|_| activity.operations.is_empty()));
    let run = activity.run.as_ref().map(Run::shown).unwrap_or_default();
    (!parts.is_empty()).then(|| format!("{run}still {}", parts.join(", ")))
}

impl Run {
    /// Returns how far the run is, before what it is doing.
    fn shown(&self) -> String {
        let elapsed = messages::duration(milliseconds(self.begun.elapsed()));
        let (at, left) = self.left;
        let left = messages::left(left.saturating_sub(milliseconds(at.elapsed())));
        let left = if left.is_empty() { String::new() } else { format!(", {left}") };
        format!("{} of {} done after {elapsed}{left}, waits for {}; ", self.done, self.total, self.waits_for)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_names_the_operations_in_flight() {
        let mut activity = Activity {
            over: false,
            last_line: Instant::now(),
            phase: Some("reading resources".into()),
            operations: BTreeMap::new(),
            run: None,
        };
        assert_eq!(sign_of_life(&activity).unwrap(), "still reading resources");
        activity.operations.insert(
            0,
            Running {
                action: "creating sagemaker_endpoint.llm".into(),
                status: Some("Creating".into()),
                since: Instant::now(),
            },
        );
        assert_eq!(sign_of_life(&activity).unwrap(), "still creating sagemaker_endpoint.llm (Creating, 0.0 s)");
        let (now, waits_for) = (Instant::now(), "sagemaker_endpoint.llm".parse().unwrap());
        activity.run = Some(Run { begun: now, done: 3, total: 9, left: (now, 300_000), waits_for });
        assert_eq!(
            sign_of_life(&activity).unwrap(),
            "3 of 9 done after 0.0 s, about 5 min left, waits for sagemaker_endpoint.llm; still creating \
             sagemaker_endpoint.llm (Creating, 0.0 s)"
        );
    }
}
