//! The dispatcher: begins what is free, most urgent first, records what comes back, and ends in order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use crate::engine::apply::deployment::Work;
use crate::engine::apply::event::FORMAT;
use crate::engine::apply::ready_queue::Queue;
use crate::engine::apply::worker::{End, Job, Report, operate};
use crate::engine::apply::{Event, Failure, Finished, Longest};
use crate::engine::sdk::{Error, ErrorKind};
use crate::engine::state::StateError;
use crate::plan::{Operation, OperationKind, Plan, Summary};
use crate::planner::Seen;
use crate::record::{Ending, Outcome, Progress, Run, Snapshot, replay};
use crate::resource::{Address, resolve};

/// How many operations that took longest are told at the end.
const LONGEST_TOLD: usize = 5;

impl Work<'_> {
    /// Carries out a plan. Whatever happens, what was done is recorded, and the next command carries on from there.
    pub async fn execute(&mut self, plan: &Plan) -> Result<Finished, Failure> {
        let begun = Instant::now();
        let now = (self.deployment.clock)();
        self.take_over(plan, now);
        self.tell(Event::Started {
            format: FORMAT,
            command: self.command.clone(),
            stack: plan.scope.stack.clone(),
            environment: plan.scope.environment.clone(),
            target: plan.target,
            operations: plan.operations.len(),
            plan: plan.hash.clone(),
        });
        let mut tally = Tally::new(plan);
        let mut uncertain = false;
        if !plan.is_empty() {
            let id = uuid::Uuid::new_v4().simple().to_string();
            self.snapshot.run = Some(Run {
                id: id.clone(),
                command: self.command.clone(),
                by: self.deployment.who.clone(),
                why: self.why(),
                started: now,
                tells_begun: true,
                plan: plan.clone(),
            });
            // Durable before the first call: from here on nothing that this run does can be lost sight of.
            self.commit().await?;
            uncertain = self.dispatch(plan, &id, &mut tally).await?;
        }
        if !uncertain {
            self.close(plan, &tally).await?;
        }
        Ok(self.finished(plan, &tally, begun))
    }

    /// Brings the document to what the plan starts from.
    fn take_over(&mut self, plan: &Plan, now: Timestamp) {
        let why = self.why();
        let snapshot = &mut self.snapshot;
        if snapshot.target != plan.target || snapshot.serial == 0 {
            snapshot.target = plan.target;
            snapshot.since = now;
        }
        snapshot.by.clone_from(&self.deployment.who);
        snapshot.why = why;
        for (address, entry) in &mut snapshot.resources {
            if let Some(Seen::There(observed)) = self.observation.get(address) {
                entry.outputs = observed.outputs.clone();
            }
        }
    }

    /// What was given as the reason, else the command.
    fn why(&self) -> String {
        self.deployment.why.clone().unwrap_or_else(|| format!("ebb {}", self.command))
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        self.snapshot.serial += 1;
        Ok(self.writer.commit(&self.snapshot).await?)
    }

    /// Commits the end of a run, if there is anything to commit.
    async fn close(&mut self, plan: &Plan, tally: &Tally) -> Result<(), Failure> {
        let recorded: BTreeSet<Address> = self.snapshot.resources.keys().cloned().collect();
        for record in &plan.records {
            if let Some(entry) = self.snapshot.resources.get_mut(&record.address) {
                // What was to be created for it and was not is no dependency yet; the next plan records it.
                entry.depends_on = record.depends_on.intersection(&recorded).cloned().collect();
                entry.protect = record.protect;
                if let Some(declared) = &record.declared {
                    entry.declare(declared);
                }
            }
        }
        self.snapshot.outputs.clone_from(&plan.outputs);
        if let Some(run) = self.snapshot.run.take() {
            let now = (self.deployment.clock)();
            let (summary, failed, skipped) = (tally.summary, tally.count(Ended::Failed), tally.skipped());
            let ending = match (failed, skipped) {
                (0, 0) => Ending::Done,
                (0, _) => Ending::Interrupted,
                _ => Ending::Failed,
            };
            self.snapshot.ended = Some(run.ended(ending, now, summary, failed, skipped));
        }
        let committed = self.deployment.state.read().await?.map(|(snapshot, _)| snapshot);
        let same = committed.is_some_and(|committed| {
            // Who looked last is no change.
            let as_committed =
                Snapshot { by: committed.by.clone(), why: committed.why.clone(), ..self.snapshot.clone() };
            as_committed == committed
        });
        if same { Ok(()) } else { self.commit().await }
    }

    fn tell(&self, event: Event) {
        (self.deployment.sink)(event);
    }

    /// Runs the operations; answers whether something may have happened that nobody could look up, so that the run
    /// must stay open.
    async fn dispatch(&mut self, plan: &Plan, run: &str, tally: &mut Tally) -> Result<bool, Failure> {
        let mut queue = Queue::new(plan, &self.snapshot.durations, self.deployment.access.providers.kinds());
        let (reports, mut reported) = mpsc::unbounded_channel();
        let mut workers: JoinSet<End> = JoinSet::new();
        let mut running: BTreeMap<Id, (usize, Instant)> = BTreeMap::new();
        let mut uncertain = false;
        let mut broken: Option<StateError> = None;
        let interrupt = self.deployment.interrupt.clone();
        let mut told_interrupted = false;
        loop {
            let mut begun = Vec::new();
            while !interrupt.is_set()
                && broken.is_none()
                && let Some(id) = queue.next()
            {
                begun.push(id);
            }
            if let Err(error) = self.note_begun(plan, run, &begun).await {
                broken = Some(error);
                begun.clear();
            }
            for id in begun {
                let operation = &plan.operations[id];
                self.tell(Event::OperationStarted {
                    id,
                    address: operation.address.clone(),
                    operation: operation.operation,
                });
                match self.job(operation, queue.was_put_back(id), reports.clone()) {
                    Ok(job) => {
                        let pace = Arc::clone(&self.pace);
                        let handle = workers.spawn(async move { operate(job, &pace).await });
                        running.insert(handle.id(), (id, Instant::now()));
                    }
                    Err(error) => self.failed(plan, id, &error, tally),
                }
            }
            if workers.is_empty() {
                break;
            }
            let mut lines = Vec::new();
            let mut acknowledgements = Vec::new();
            let mut ended = Vec::new();
            tokio::select! {
                biased;
                () = interrupt.wait_second() => {
                    workers.abort_all();
                    return Err(Failure::Stopped);
                }
                () = interrupt.wait_first(), if !told_interrupted => {
                    told_interrupted = true;
                    self.tell(Event::Interrupted { in_flight: workers.len() });
                    continue;
                }
                Some(report) = reported.recv() => self.report(plan, run, report, &mut lines, &mut acknowledgements),
                Some(end) = workers.join_next_with_id() => ended.push(end),
            }
            // What came in meanwhile is made durable in the same write.
            while let Ok(report) = reported.try_recv() {
                self.report(plan, run, report, &mut lines, &mut acknowledgements);
            }
            while let Some(end) = workers.try_join_next_with_id() {
                ended.push(end);
            }
            let mut freed = Vec::new();
            for end in ended {
                // A worker that panicked takes the command with it; its operation is looked up by the next one.
                let (worker, end) = end.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                let Some((id, started)) = running.remove(&worker) else { continue };
                // Its last reports came before it ended.
                while let Ok(report) = reported.try_recv() {
                    self.report(plan, run, report, &mut lines, &mut acknowledgements);
                }
                match end {
                    End::Done(outcome) => {
                        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                        let line = Progress { run: run.to_owned(), operation: id, outcome, took: Some(took) };
                        replay(&mut self.snapshot, plan, &line);
                        lines.push(line);
                        freed.push((id, took));
                    }
                    End::Interrupted => tally.interrupted(id),
                    End::Failed { error, uncertain: unknown } => {
                        uncertain |= unknown;
                        let room = if unknown {
                            Vec::new()
                        } else {
                            self.room_for(plan, (id, started), &error, &queue, tally)
                        };
                        if room.is_empty() {
                            self.failed(plan, id, &error, tally);
                        } else {
                            queue.put_back(id, &room, error);
                        }
                    }
                }
            }
            if !lines.is_empty() && broken.is_none() {
                broken = self.writer.append(&lines).await.err();
            }
            for done in acknowledgements {
                if broken.is_none() {
                    let _ = done.send(());
                }
            }
            // Only now may anything begin that depends on it.
            for (id, took) in freed {
                let operation = &plan.operations[id];
                tally.done(operation, took);
                self.tell(Event::OperationDone {
                    id,
                    address: operation.address.clone(),
                    operation: operation.operation,
                    superseded: operation.superseded,
                    took_ms: took,
                });
                queue.done(id);
            }
        }
        if !interrupt.is_set() {
            // What stood in their way is still there.
            for (id, error) in queue.never_free() {
                self.failed(plan, id, &error, tally);
            }
        }
        self.skipped(plan, tally);
        match broken {
            Some(error) => Err(error.into()),
            None => Ok(uncertain),
        }
    }

    /// Makes it durable that creations are begun, before the first call: whoever finds this run cut off looks for these,
    /// and for no others. Refused once the right to write is lost.
    async fn note_begun(&mut self, plan: &Plan, run: &str, begun: &[usize]) -> Result<(), StateError> {
        let creates =
            |id: &&usize| matches!(plan.operations[**id].operation, OperationKind::Create | OperationKind::Replace);
        let line = |id: &usize| Progress { run: run.to_owned(), operation: *id, outcome: Outcome::Begun, took: None };
        let lines: Vec<_> = begun.iter().filter(creates).map(line).collect();
        if lines.is_empty() { self.writer.standing() } else { self.writer.append(&lines).await }
    }

    fn report(
        &mut self,
        plan: &Plan,
        run: &str,
        report: Report,
        lines: &mut Vec<Progress>,
        acknowledgements: &mut Vec<tokio::sync::oneshot::Sender<()>>,
    ) {
        match report {
            Report::Progress(operation, outcome, acknowledge) => {
                let line = Progress { run: run.to_owned(), operation, outcome, took: None };
                replay(&mut self.snapshot, plan, &line);
                lines.push(line);
                acknowledgements.extend(acknowledge);
            }
            Report::Waiting(id, status) => {
                let address = plan.operations[id].address.clone();
                self.tell(Event::OperationWaiting { id, address, status });
            }
            Report::Retrying(id, error, after_ms) => {
                let address = plan.operations[id].address.clone();
                self.tell(Event::OperationRetrying { id, address, error: error.to_string(), after_ms });
            }
        }
    }

    /// What a worker needs, from the plan and from what is recorded by now.
    fn job(
        &self,
        operation: &Operation,
        made_room: bool,
        reports: mpsc::UnboundedSender<Report>,
    ) -> Result<Job, Error> {
        let address = &operation.address;
        let access = &self.deployment.access;
        let kind = access.implementation(address).map_err(|error| Error::invalid(error.to_string()))?;
        let entry = self.snapshot.resources.get(address);
        let mut context = access.context(&self.snapshot.scope, address, operation.generation);
        context.include_data = operation.include_data;
        let current = entry.filter(|entry| entry.generation == operation.generation);
        let deposed =
            entry.and_then(|entry| entry.deposed.iter().find(|deposed| deposed.generation == operation.generation));
        let (id, inputs) = match operation.operation {
            OperationKind::Delete | OperationKind::Forget => match (current, deposed) {
                (Some(entry), _) => (entry.id.clone(), entry.inputs.clone()),
                (None, Some(deposed)) => (Some(deposed.id.clone()), deposed.inputs.clone()),
                (None, None) => (None, Value::Null),
            },
            OperationKind::Create | OperationKind::Replace | OperationKind::Update => {
                let (inputs, unknown) = resolve(&operation.inputs, &|reference| self.snapshot.output(reference));
                if let Some(reference) = unknown.first() {
                    let message = format!("{} has no output `{}` to refer to", reference.address, reference.output);
                    return Err(Error::invalid(message));
                }
                kind.kind.check(&inputs)?;
                // An old generation that is taken up again is there already.
                let id = deposed.map(|deposed| deposed.id.clone());
                (id.or_else(|| current.and_then(|entry| entry.id.clone())), inputs)
            }
        };
        // What a pause remembered that then failed is of no use to what has been awake all the time.
        let creates = matches!(operation.operation, OperationKind::Create | OperationKind::Replace);
        Ok(Job {
            operation: operation.id,
            what: operation.operation,
            kind,
            context,
            id,
            inputs,
            remembered: entry.filter(|entry| creates || entry.pending).and_then(|entry| entry.remembered.clone()),
            sleep: operation.sleep,
            refers: !operation.dependencies.is_empty(),
            made_room,
            showing: access.showing,
            lease: self.writer.lease(),
            interrupt: self.deployment.interrupt.clone(),
            reports,
        })
    }

    /// The deletions to wait for if something has the name, or the place, of what is created: it may be one that this very
    /// plan deletes, as when a resource is declared under another address. Only AWS knows what excludes what.
    fn room_for(
        &self,
        plan: &Plan,
        (id, begun): (usize, Instant),
        error: &Error,
        queue: &Queue,
        tally: &Tally,
    ) -> Vec<usize> {
        if error.kind != ErrorKind::AlreadyExists || self.deployment.interrupt.is_set() {
            return Vec::new();
        }
        let deletions = queue.may_make_room(plan, id, begun, |deletion| tally.ends[deletion] == Some(Ended::Failed));
        if let Some(first) = deletions.first() {
            let status = format!(
                "something else has its place: trying again once {} is deleted",
                plan.operations[*first].address
            );
            self.tell(Event::OperationWaiting { id, address: plan.operations[id].address.clone(), status });
        }
        deletions
    }

    fn failed(&self, plan: &Plan, id: usize, error: &Error, tally: &mut Tally) {
        let operation = &plan.operations[id];
        tally.failed(id);
        self.tell(Event::OperationFailed {
            id,
            address: operation.address.clone(),
            operation: operation.operation,
            call: error.call.clone(),
            error: error.to_string(),
            request_id: error.request_id.clone(),
            hint: Some(error.hint.clone().unwrap_or_else(|| whether_it_passes(error).to_owned())),
        });
    }

    fn skipped(&self, plan: &Plan, tally: &mut Tally) {
        // In the plan's order, so that what stands in the way of an operation is known when it is reached.
        for operation in &plan.operations {
            if tally.ends[operation.id].is_some() {
                continue;
            }
            let blocked = operation.depends_on.iter().find(|before| tally.ends[**before] != Some(Ended::Done));
            let because = match blocked {
                Some(before) => {
                    let Operation { address, operation, .. } = &plan.operations[*before];
                    format!("{operation} of {address} comes before it and is not done")
                }
                None => "the run was interrupted".to_owned(),
            };
            self.tell(Event::OperationSkipped {
                id: operation.id,
                address: operation.address.clone(),
                operation: operation.operation,
                because,
            });
        }
    }

    fn finished(&self, plan: &Plan, tally: &Tally, begun: Instant) -> Finished {
        let mut longest = tally.took.clone();
        longest.sort_by_key(|longest| Reverse(longest.took_ms));
        longest.truncate(LONGEST_TOLD);
        let finished = Finished {
            format: FORMAT,
            command: self.command.clone(),
            stack: plan.scope.stack.clone(),
            environment: plan.scope.environment.clone(),
            target: plan.target,
            success: tally.count(Ended::Done) == plan.operations.len(),
            serial: self.snapshot.serial,
            summary: Summary { unchanged: plan.unchanged, ..tally.summary },
            failed: tally.count(Ended::Failed),
            skipped: tally.skipped(),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            longest,
        };
        self.tell(Event::Finished(finished.clone()));
        finished
    }
}

/// What to do about a failure of which nothing better is known.
fn whether_it_passes(error: &Error) -> &'static str {
    if error.kind.passes() {
        "this may pass: it was tried again and again, and running the same command later tries it anew"
    } else {
        "this does not pass by itself: correct what it names, then run the same command again"
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Done,
    Failed,
    Interrupted,
}

/// What became of the operations.
struct Tally {
    ends: Vec<Option<Ended>>,
    summary: Summary,
    took: Vec<Longest>,
}

impl Tally {
    fn new(plan: &Plan) -> Self {
        Self { ends: vec![None; plan.operations.len()], summary: Summary::default(), took: Vec::new() }
    }

    fn done(&mut self, operation: &Operation, took_ms: u64) {
        self.ends[operation.id] = Some(Ended::Done);
        self.summary.count(operation);
        self.took.push(Longest { address: operation.address.clone(), operation: operation.operation, took_ms });
    }

    fn failed(&mut self, id: usize) {
        self.ends[id] = Some(Ended::Failed);
    }

    /// How many operations ended like this.
    fn count(&self, ended: Ended) -> usize {
        self.ends.iter().filter(|end| **end == Some(ended)).count()
    }

    /// How many operations were not begun, or were given up.
    fn skipped(&self) -> usize {
        self.ends.len() - self.count(Ended::Done) - self.count(Ended::Failed)
    }

    fn interrupted(&mut self, id: usize) {
        self.ends[id] = Some(Ended::Interrupted);
    }
}
