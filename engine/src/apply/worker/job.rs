//! Jobs: everything that a worker needs for one operation.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tracing::debug;

use super::result::{Stop, WorkerMessage};
use crate::apply::rate_limit::{CallKind, RateLimiter, Turn};
use crate::apply::ready_queue::Place;
use crate::apply::retry::{Retry, sleep_unless_draining};
use crate::apply::{LockedDeployment, Shutdown};
use crate::logging::milliseconds;
use crate::providers::Implementation;
use crate::sdk::{Context, Error, ErrorKind, PropagationDelay};
use crate::state::Lease;
use ebbtide::plan::{Operation, OperationKind, Target};
use ebbtide::record::JournalEvent;
use ebbtide::resource::resolve;

/// One operation, as a worker is given it.
pub(in crate::apply) struct Job {
    /// The operation's id in the plan.
    pub(super) operation: usize,
    pub(super) action: OperationKind,
    pub(super) kind: Implementation,
    pub(super) context: Context,
    /// The id in AWS, if there is one.
    pub(super) id: Option<String>,
    /// The desired inputs, resolved; for a deletion those last applied.
    pub(super) inputs: Value,
    /// The inputs that were last applied to the resource of `id`.
    pub(super) recorded: Option<Value>,
    /// The inputs of updates that were begun and not finished: what AWS does not tell may be as in these.
    pub(super) attempted: Vec<Value>,
    /// The pause snapshot to restore.
    pub(super) pause_snapshot: Option<Value>,
    /// Whether the resource comes back after the deletion, so that a pause snapshot is taken first.
    pub(super) comes_back: bool,
    /// Whether a resource with the same name or place was deleted a moment ago.
    pub(super) retry_after_conflict: bool,
    /// How urgent the operation is: the time that is still to go behind it.
    urgency: u64,
    /// Whether a call was made.
    has_begun: AtomicBool,
    pub(super) propagation: PropagationDelay,
    /// Tells whether this process may still change anything.
    pub(super) lease: Lease,
    pub(super) shutdown: Shutdown,
    messages: mpsc::UnboundedSender<WorkerMessage>,
}

impl Job {
    /// Prepares an operation from the plan and the document as it is by now.
    pub(in crate::apply) fn new(
        work: &LockedDeployment<'_>,
        operation: &Operation,
        place: Place,
        messages: mpsc::UnboundedSender<WorkerMessage>,
    ) -> Result<Self, Error> {
        let address = &operation.address;
        let access = &work.deployment.access;
        if let Some(error) = work.observed.unfit.get(address) {
            return Err(error.clone());
        }
        let kind = access.implementation(address).map_err(|error| Error::invalid(error.to_string()))?;
        let mut context = access.context(&work.document, address, operation.generation);
        context.include_data = operation.deletion().is_some_and(|deletion| deletion.include_data);
        let record = work.document.resources.get(address);
        let current = record.filter(|record| record.generation == operation.generation);
        let deposed =
            record.and_then(|record| record.deposed.iter().find(|old| old.generation == operation.generation));
        // A deposed generation that is reused exists already.
        let existing = match (deposed, current) {
            (Some(deposed), _) => Some((Some(deposed.id.clone()), &deposed.inputs)),
            (None, current) => current.map(|record| (record.id.clone(), &record.inputs)),
        };
        let recorded = existing.as_ref().filter(|(id, _)| id.is_some()).map(|(_, inputs)| (*inputs).clone());
        let (id, inputs) = match operation.upsert() {
            None => match (current, deposed) {
                (Some(record), _) => (record.id.clone(), record.inputs.clone()),
                (None, Some(deposed)) => (Some(deposed.id.clone()), deposed.inputs.clone()),
                (None, None) => (None, Value::Null),
            },
            Some(upsert) => {
                let (inputs, unknown) = resolve(&upsert.inputs, &|reference| work.document.output(reference));
                if let Some(reference) = unknown.first() {
                    let message = format!("{} has no output `{}` to refer to", reference.address, reference.output);
                    return Err(Error::invalid(message));
                }
                kind.kind.check(&inputs)?;
                (existing.and_then(|(id, _)| id), inputs)
            }
        };
        // The snapshot of a pause that failed is stale for a resource that was awake all the time.
        let stale = |pending: bool| !operation.creates() && !pending;
        let pause_snapshot =
            record.filter(|record| !stale(record.pending)).and_then(|record| record.remembered.clone());
        // The old generation of a replacement that creates first is no longer the current one when it is deleted.
        let comes_back = operation.puts_to_sleep() || operation.is_superseded() && current.is_some();
        let runs = work.document.run.as_ref().is_some_and(|run| run.plan.target == Target::Running);
        context.rest_stays = runs && !comes_back;
        Ok(Self {
            operation: operation.id,
            action: operation.kind(),
            kind,
            context,
            id,
            inputs,
            recorded,
            attempted: current.map(|record| record.attempted.clone()).unwrap_or_default(),
            pause_snapshot,
            comes_back,
            urgency: place.urgency,
            retry_after_conflict: place.was_requeued,
            has_begun: AtomicBool::new(false),
            propagation: access.propagation,
            lease: work.writer.lease(),
            shutdown: work.deployment.shutdown.clone(),
            messages,
        })
    }

    /// Returns the inputs as they were last applied: those that were recorded, or the desired ones of a new resource. What AWS
    /// does not tell, such as a secret's value, a read takes from here. So a resource that was not changed yet must not be
    /// read with the desired inputs: it would seem to have them.
    pub(super) fn last_applied(&self) -> &Value {
        self.recorded.as_ref().unwrap_or(&self.inputs)
    }

    /// Returns the id that is recorded of the resource.
    pub(super) fn recorded_id(&self) -> Result<String, Error> {
        let missing = || Error::invalid("its id in AWS is not recorded; this is a bug in ebb, please report it");
        self.id.clone().ok_or_else(missing)
    }

    fn send(&self, message: WorkerMessage) {
        // The dispatcher listens until every worker has ended.
        let _ = self.messages.send(message);
    }

    /// Reports an event.
    pub(super) fn progress(&self, event: JournalEvent) {
        self.send(WorkerMessage::Progress(self.operation, event, None));
    }

    /// Reports that AWS is working on the resource.
    pub(super) fn waiting(&self, status: String) {
        debug!(status, "waiting for AWS");
        self.send(WorkerMessage::Waiting(self.operation, status));
    }

    /// Reports an event and waits until it is durable.
    pub(super) async fn progress_durably(&self, event: JournalEvent) -> Result<(), Error> {
        let (done, wait) = oneshot::channel();
        self.send(WorkerMessage::Progress(self.operation, event, Some(done)));
        let message = "not started: its start could not be written to state";
        wait.await.map_err(|_| Error::new(ErrorKind::Unavailable, message))
    }

    /// Waits until a call may be made. Stops if the run is ending: a call that waits is not in flight. Stops a change too
    /// once another process may have the stack.
    pub(super) async fn acquire(&self, limiter: &RateLimiter, call: CallKind) -> Result<Turn, Stop> {
        let turn = tokio::select! {
            biased;
            turn = self.acquire_to_the_end(limiter, call) => turn,
            () = self.shutdown.draining() => return Err(Stop::Interrupted),
        };
        if call == CallKind::Write && self.lease.expired().is_some() { Err(Stop::Interrupted) } else { Ok(turn) }
    }

    /// Waits until a call may be made that is made even if the run is ending.
    pub(super) async fn acquire_to_the_end(&self, limiter: &RateLimiter, call: CallKind) -> Turn {
        let turn = limiter.acquire(self.kind.name(), call, self.urgency).await;
        if !self.has_begun.swap(true, Ordering::Relaxed) {
            self.send(WorkerMessage::Begun(self.operation));
        }
        turn
    }

    /// Returns the retries of this operation. A resource that exists, or refers to one that was created a moment ago, may be
    /// unknown to some of AWS's hosts for a while. So may one of which the first of several create calls has succeeded.
    pub(super) fn retry(&self) -> Retry {
        Retry::new(self.propagation)
    }

    /// Waits before a failed call is retried. Returns false if retrying is pointless or the run is ending.
    pub(super) async fn wait_to_retry(&self, retry: &mut Retry, error: &Error) -> bool {
        let Some(delay) = retry.next_delay(error).filter(|_| !self.shutdown.is_draining()) else { return false };
        let after = milliseconds(delay);
        debug!(after_ms = after, call = error.call, code = error.code, error = error.message, "retrying");
        self.send(WorkerMessage::Retrying(self.operation, error.clone(), after));
        sleep_unless_draining(delay, &self.shutdown).await
    }

    /// Ends an operation that will not be retried: interrupted if a retry would have been possible, failed otherwise.
    pub(super) fn stop_or_fail(&self, error: Error) -> Stop {
        if self.shutdown.is_draining() && error.kind.passes() { Stop::Interrupted } else { Stop::Failed(error) }
    }
}
