//! The dispatcher: starts free operations, most urgent first, records what workers report, and ends in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tracing::{Instrument as _, info};

use crate::apply::ready_queue::ReadyQueue;
use crate::apply::tally::{OperationResult, Tally};
use crate::apply::worker::{Job, WorkerMessage, WorkerResult, job_span, run_job};
use crate::apply::{Event, Failure, LockedDeployment};
use crate::logging::milliseconds;
use crate::sdk::{Error, ErrorKind};
use crate::state::StateError;
use ebbtide::plan::Plan;
use ebbtide::record::{IllegalEntry, JournalEntry, JournalEvent, Replay};

/// Executes the operations of one run.
pub(super) struct Dispatcher<'w, 'd> {
    work: &'w mut LockedDeployment<'d>,
    plan: &'w Plan,
    run: &'w str,
    replay: Replay<'w>,
    queue: ReadyQueue,
    workers: JoinSet<WorkerResult>,
    running: BTreeMap<Id, (usize, Instant)>,
    messages: (mpsc::UnboundedSender<WorkerMessage>, mpsc::UnboundedReceiver<WorkerMessage>),
    tally: Tally,
    /// Whether the shutdown was announced.
    announced: bool,
    /// Why nothing more can be written.
    failed: Option<StateError>,
    /// The last report: how many operations were done, and the one that was waited for.
    reported: Option<(usize, usize)>,
}

/// Everything that is made durable in one write.
#[derive(Default)]
struct Batch {
    journal: Vec<JournalEntry>,
    acknowledgements: Vec<oneshot::Sender<()>>,
    ended: Vec<(Id, WorkerResult)>,
}

impl<'w, 'd> Dispatcher<'w, 'd> {
    pub(super) fn new(work: &'w mut LockedDeployment<'d>, plan: &'w Plan, run: &'w str) -> Self {
        let queue = ReadyQueue::new(plan, &work.document, work.deployment.access.providers.kinds());
        Self {
            replay: Replay::new(plan),
            queue,
            workers: JoinSet::new(),
            running: BTreeMap::new(),
            messages: mpsc::unbounded_channel(),
            tally: Tally::new(plan),
            announced: false,
            failed: None,
            reported: None,
            work,
            plan,
            run,
        }
    }

    /// Runs the operations to their end and returns their results.
    pub(super) async fn run(mut self) -> Result<Tally, Failure> {
        info!(operations = self.plan.operations.len(), plan_target = %self.plan.target, "run started");
        loop {
            self.start_ready();
            if self.workers.is_empty() {
                break;
            }
            self.report_progress();
            let Some(mut batch) = self.next_batch().await? else { continue };
            let completed = self.record(&mut batch);
            self.persist(batch).await;
            // Only now may anything start that depends on it.
            self.release(&completed);
        }
        if !self.work.deployment.shutdown.is_draining() {
            // The conflict is still there.
            for (id, error) in self.queue.take_starved() {
                self.fail(id, &error);
            }
        }
        self.report_skipped();
        let (failed, skipped) = (self.tally.count(OperationResult::Failed), self.tally.skipped());
        info!(failed, skipped, "run ended");
        match self.failed {
            Some(error) => Err(error.into()),
            None => Ok(self.tally),
        }
    }

    /// Starts free operations, unless the run is ending or the right to write is lost.
    fn start_ready(&mut self) {
        if let Err(error) = self.work.writer.check_lease() {
            self.failed.get_or_insert(error);
        }
        while !self.work.deployment.shutdown.is_draining()
            && self.failed.is_none()
            && self.work.deployment.parallel.is_none_or(|most| self.workers.len() < most.get())
            && let Some(id) = self.queue.next()
        {
            let operation = &self.plan.operations[id];
            self.work.emit(Event::OperationStarted {
                id,
                address: operation.address.clone(),
                operation: operation.kind(),
            });
            match Job::new(self.work, operation, self.queue.place(id), self.messages.0.clone()) {
                Ok(job) => {
                    let limiter = Arc::clone(&self.work.limiter);
                    let span = job_span(&job);
                    let handle = self.workers.spawn(async move { run_job(job, &limiter).await }.instrument(span));
                    self.running.insert(handle.id(), (id, Instant::now()));
                }
                Err(error) => {
                    self.queue.begin(id);
                    self.fail(id, &error);
                }
            }
        }
    }

    /// Waits for messages and ends of workers; everything that came in meanwhile goes into the same batch. `None` if there
    /// is nothing to record.
    async fn next_batch(&mut self) -> Result<Option<Batch>, Failure> {
        let shutdown = self.work.deployment.shutdown.clone();
        let mut batch = Batch::default();
        tokio::select! {
            biased;
            () = shutdown.aborted() => {
                self.workers.abort_all();
                return Err(Failure::Stopped);
            }
            () = shutdown.draining(), if !self.announced => {
                self.announced = true;
                self.work.emit(Event::Interrupted { in_flight: self.workers.len(), time_over: shutdown.is_time_over() });
                return Ok(None);
            }
            Some(message) = self.messages.1.recv() => self.receive(message, &mut batch),
            Some(end) = self.workers.join_next_with_id() => batch.ended.push(ended(end)),
        }
        while let Some(end) = self.workers.try_join_next_with_id() {
            batch.ended.push(ended(end));
        }
        // After the ends: the last messages of a worker come before its end.
        while let Ok(message) = self.messages.1.try_recv() {
            self.receive(message, &mut batch);
        }
        Ok(Some(batch))
    }

    /// Takes a worker's message into a batch, or reports it.
    fn receive(&mut self, message: WorkerMessage, batch: &mut Batch) {
        match message {
            WorkerMessage::Progress(id, event, acknowledgement) => {
                let entry = self.entry(id, event, None);
                self.apply(entry, batch);
                batch.acknowledgements.extend(acknowledgement);
            }
            WorkerMessage::Begun(id) => self.queue.begin(id),
            WorkerMessage::Waiting(id, status) => {
                let address = self.plan.operations[id].address.clone();
                self.work.emit(Event::OperationWaiting { id, address, status });
            }
            WorkerMessage::Retrying(id, error, after_ms) => {
                let address = self.plan.operations[id].address.clone();
                self.work.emit(Event::OperationRetrying { id, address, error: error.to_string(), after_ms });
            }
        }
    }

    /// Records the ends of workers: replays, requeues or fails. Returns the completed operations with their durations.
    fn record(&mut self, batch: &mut Batch) -> Vec<(usize, u64)> {
        let mut completed = Vec::new();
        for (worker, result) in std::mem::take(&mut batch.ended) {
            let Some((id, started)) = self.running.remove(&worker) else { continue };
            self.queue.begin(id);
            match result {
                WorkerResult::Done(event) => {
                    let took = milliseconds(started.elapsed());
                    let entry = self.entry(id, event, Some(took));
                    self.apply(entry, batch);
                    completed.push((id, took));
                }
                WorkerResult::Interrupted => self.tally.interrupted(id),
                WorkerResult::Failed { error, uncertain } => {
                    self.tally.uncertain |= uncertain;
                    let conflicts =
                        if uncertain { Vec::new() } else { self.conflicting_deletions(id, started, &error) };
                    if conflicts.is_empty() {
                        self.fail(id, &error);
                    } else {
                        self.queue.requeue_after(id, &conflicts, error);
                    }
                }
            }
        }
        completed
    }

    /// Makes a batch durable, then acknowledges it.
    async fn persist(&mut self, batch: Batch) {
        if !batch.journal.is_empty() && self.failed.is_none() {
            self.failed = self.work.writer.append(&batch.journal).await.err();
        }
        if self.failed.is_none() {
            for acknowledgement in batch.acknowledgements {
                let _ = acknowledgement.send(());
            }
        }
    }

    /// Frees the dependents of completed operations.
    fn release(&mut self, completed: &[(usize, u64)]) {
        for (id, took) in completed {
            let operation = &self.plan.operations[*id];
            self.tally.done(operation, *took);
            self.work.emit(Event::OperationDone {
                id: *id,
                address: operation.address.clone(),
                operation: operation.kind(),
                superseded: operation.is_superseded(),
                took_ms: *took,
            });
            self.queue.complete(*id);
        }
    }

    fn entry(&self, operation: usize, event: JournalEvent, took: Option<u64>) -> JournalEntry {
        JournalEntry { run: self.run.to_owned(), operation, event, took, at: Some((self.work.deployment.clock)()) }
    }

    /// Applies an entry to the document and adds it to the batch.
    fn apply(&mut self, entry: JournalEntry, batch: &mut Batch) {
        match self.replay.apply(&mut self.work.document, &entry) {
            Ok(()) => batch.journal.push(entry),
            Err(error) => self.failed = Some(inconsistent(self.work, &error)),
        }
    }

    /// Returns the deletions to wait for if the name, or the place, of a creation is taken: this very plan may delete the
    /// resource that has it, as when a resource is declared under another address. Only AWS knows what excludes what.
    fn conflicting_deletions(&self, id: usize, started: Instant, error: &Error) -> Vec<usize> {
        if error.kind != ErrorKind::AlreadyExists || self.work.deployment.shutdown.is_draining() {
            return Vec::new();
        }
        let failed = |deletion| self.tally.has_failed(deletion);
        let deletions = self.queue.conflicting_deletions(self.plan, id, started, failed);
        if let Some(first) = deletions.first() {
            let other = &self.plan.operations[*first].address;
            let status = format!("another resource has its place: trying again once {other} is deleted");
            self.work.emit(Event::OperationWaiting { id, address: self.plan.operations[id].address.clone(), status });
        }
        deletions
    }

    fn fail(&mut self, id: usize, error: &Error) {
        let operation = &self.plan.operations[id];
        self.tally.failed(operation, error);
        self.work.emit(Event::OperationFailed {
            id,
            address: operation.address.clone(),
            operation: operation.kind(),
            call: error.call.clone(),
            error: error.to_string(),
            request_id: error.request_id.clone(),
            hint: Some(error.hint.clone().unwrap_or_else(|| default_hint(error).to_owned())),
        });
    }

    /// Reports how far the run is, if that is not as it was reported last.
    fn report_progress(&mut self) {
        let running = self.running.values().map(|(id, started)| (*id, milliseconds(started.elapsed())));
        let Some((left_ms, id)) = self.queue.left(running) else { return };
        let done = self.tally.count(OperationResult::Done);
        if self.reported.replace((done, id)) != Some((done, id)) {
            let waits_for = self.plan.operations[id].address.clone();
            self.work.emit(Event::Progress { done, total: self.plan.operations.len(), left_ms, waits_for });
        }
    }

    /// Reports operations that were not started, in the plan's order, so that each comes after the one in its way.
    fn report_skipped(&self) {
        for operation in &self.plan.operations {
            if self.tally.results[operation.id].is_some() {
                continue;
            }
            let is_not_done = |before: &&usize| self.tally.results[**before] != Some(OperationResult::Done);
            let because = match operation.depends_on.iter().find(is_not_done) {
                Some(before) => {
                    let before = &self.plan.operations[*before];
                    format!("the {} of {} comes before it and is not done", before.kind(), before.address)
                }
                None => "the run was interrupted".to_owned(),
            };
            self.work.emit(Event::OperationSkipped {
                id: operation.id,
                address: operation.address.clone(),
                operation: operation.kind(),
                because,
            });
        }
    }
}

/// Returns the end of a worker. One that panicked takes the command with it; the next command looks up its operation.
fn ended(end: Result<(Id, WorkerResult), JoinError>) -> (Id, WorkerResult) {
    end.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// Returns the error for an entry of this run's own journal that cannot be: nothing more is written.
fn inconsistent(work: &LockedDeployment<'_>, error: &IllegalEntry) -> StateError {
    StateError::inconsistent(work.deployment.state.location(), error.clone())
}

/// Returns the hint for a failure of which nothing better is known.
fn default_hint(error: &Error) -> &'static str {
    if error.kind.passes() {
        "this may pass: it was retried until the deadline; run the same command again later"
    } else {
        "this does not pass by itself: correct the cause, then run the same command again"
    }
}
