//! Executing a plan: the open run, its operations, and its end.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{Instrument as _, info_span};

use super::dispatcher::Dispatcher;
use super::event::EVENT_FORMAT;
use super::tally::{OperationResult, Tally};
use super::{Event, Failure, Finished, LockedDeployment, Longest};
use crate::logging::milliseconds;
use ebbtide::plan::{Operation, Plan, Summary, Target};
use ebbtide::planner::Observed;
use ebbtide::record::{Run, RunOutcome, StateDocument};
use ebbtide::resource::{Address, Readiness};

/// How many of the longest operations are reported at the end.
const LONGEST_REPORTED: usize = 5;

/// Keeps those of the longest operations that are reported, longest first.
fn keep_longest(longest: &mut Vec<Longest>) {
    longest.sort_by_key(|longest| Reverse(longest.took_ms));
    longest.truncate(LONGEST_REPORTED);
}

impl Finished {
    /// Returns whether every failure was lack of capacity, so that the same command may succeed later without any change.
    pub fn lacks_capacity(&self) -> bool {
        self.failed > 0 && self.failed == self.no_capacity.len() && self.unread.is_empty()
    }

    /// Returns the end of several runs toward one target, of which this is the last: with the operations of the earlier ones too.
    #[must_use]
    pub fn after(mut self, earlier: Self) -> Self {
        self.summary = self.summary.after(earlier.summary);
        self.longest.extend(earlier.longest);
        keep_longest(&mut self.longest);
        self
    }
}

impl LockedDeployment<'_> {
    /// Executes a plan. Whatever happens, finished operations are recorded, and the next command carries on from there.
    pub async fn execute(&mut self, plan: &Plan) -> Result<Finished, Failure> {
        let start = Instant::now();
        let now = (self.deployment.clock)();
        let is_new_target = (self.document.target, &self.document.asleep) != (plan.target, &plan.asleep);
        self.adopt_plan(plan, now);
        self.emit(Event::Started {
            format: EVENT_FORMAT,
            command: self.command.clone(),
            stack: plan.scope.stack.clone(),
            environment: plan.scope.environment.clone(),
            target: plan.target,
            operations: plan.operations.len(),
            plan: plan.hash.clone(),
        });
        let mut tally = Tally::new(plan);
        let id = uuid::Uuid::new_v4().simple().to_string();
        // A pause or a resume without operations is a run as well: the history shows who set the target.
        // So is one after a run that did not reach its end: the record says from then on that nothing is lacking.
        let settles = self.document.ended.as_ref().is_some_and(|ended| ended.outcome != RunOutcome::Done);
        if !plan.is_empty() || is_new_target || settles {
            self.document.run = Some(Run {
                id: id.clone(),
                command: self.command.clone(),
                by: self.deployment.who.clone(),
                why: self.why(),
                started: now,
                tells_begun: true,
                without_lineage: false,
                plan: plan.clone(),
            });
        }
        if !plan.is_empty() {
            // Durable before the first call: from here on nothing that this run does can be lost.
            self.commit().await?;
            if plan.target == Target::Running {
                self.write_tags(&plan.operations).await?;
            }
            let span = info_span!("run", run_id = id);
            tally = Dispatcher::new(self, plan, &id).run().instrument(span).await?;
        }
        if plan.is_empty() && plan.target == Target::Running {
            self.write_tags(&plan.operations).await?;
        }
        if !tally.uncertain {
            self.close(plan, &tally).await?;
        }
        Ok(self.finished(plan, &tally, start))
    }

    /// Brings the document to the plan's starting point.
    fn adopt_plan(&mut self, plan: &Plan, now: Timestamp) {
        let why = self.why();
        let document = &mut self.document;
        if document.target != plan.target || document.serial == 0 {
            document.target = plan.target;
            document.since = now;
        }
        document.asleep.clone_from(&plan.asleep);
        document.by.clone_from(&self.deployment.who);
        document.why = why;
        document.edit = None;
        for (address, record) in &mut document.resources {
            let kind = self.deployment.access.providers.get(address.kind());
            let is_job = kind.is_some_and(|kind| kind.kind.info().is_job);
            // A run without a result leaves the outputs of the run before it.
            if let Some(Observed::Present(live)) = self.observed.observation.get(address)
                && (!is_job || live.readiness == Readiness::Ready)
            {
                record.outputs = live.outputs.clone();
            }
        }
    }

    /// Returns the reason that was given, else the command.
    pub(super) fn why(&self) -> String {
        self.deployment.why.clone().unwrap_or_else(|| format!("ebb {}", self.command))
    }

    pub(super) async fn commit(&mut self) -> Result<(), Failure> {
        self.document.serial += 1;
        Ok(self.writer.commit(&self.document).await?)
    }

    /// Commits the end of a run, if there is anything to commit.
    async fn close(&mut self, plan: &Plan, tally: &Tally) -> Result<(), Failure> {
        let recorded: BTreeSet<Address> = self.document.resources.keys().cloned().collect();
        for update in &plan.records {
            if let Some(record) = self.document.resources.get_mut(&update.address) {
                // A dependency whose creation failed is none yet; the next plan records it.
                record.depends_on = update.depends_on.intersection(&recorded).cloned().collect();
                record.protect = update.protect;
                if let Some(declared) = &update.declared {
                    record.declare(declared);
                }
            }
        }
        // Outputs of a run that failed may refer to resources that it did not create: those recorded before stay.
        if tally.all_done() || self.document.outputs.is_empty() {
            self.document.outputs.clone_from(&plan.outputs);
        }
        for operation in &plan.operations {
            // Some of its calls may have been accepted before one failed.
            if matches!(tally.results[operation.id], Some(OperationResult::Failed | OperationResult::Interrupted)) {
                self.document.note_attempt(plan.target, operation);
            }
        }
        if let Some(run) = self.document.run.take() {
            let now = (self.deployment.clock)();
            let (failed, skipped) = (tally.count(OperationResult::Failed), tally.skipped());
            let outcome = match (failed, skipped) {
                (0, 0) => RunOutcome::Done,
                (0, _) => RunOutcome::Interrupted,
                _ => RunOutcome::Failed,
            };
            let summary = Summary { unchanged: plan.unchanged, ..tally.summary };
            self.document.ended = Some(run.ended(outcome, now, summary, failed, skipped));
        }
        if plan.target == Target::Running && tally.all_done() {
            self.document.incomplete = false;
        }
        let committed = self.deployment.state.read().await?;
        let open = committed.as_ref().filter(|(document, _)| document.run.is_some());
        let open = open.map(|(document, journal)| (document, journal.as_slice()));
        self.deployment.keep_ledger(&mut self.writer, open, &self.document).await;
        let same = committed.is_some_and(|(committed, _)| {
            // The one who looked last is no change.
            let as_committed = StateDocument {
                by: committed.by.clone(),
                why: committed.why.clone(),
                edit: committed.edit.clone(),
                ..self.document.clone()
            };
            as_committed == committed
        });
        if same { Ok(()) } else { self.commit().await }
    }

    /// Returns the resources that could not be read, and of which no operation was done.
    fn unread(&self, plan: &Plan, tally: &Tally) -> Vec<Address> {
        let is_done = |operation: &&Operation| tally.results[operation.id] == Some(OperationResult::Done);
        let done: BTreeSet<&Address> = plan.operations.iter().filter(is_done).map(|o| &o.address).collect();
        self.observed.unread.iter().filter(|address| !done.contains(address)).cloned().collect()
    }

    fn finished(&self, plan: &Plan, tally: &Tally, start: Instant) -> Finished {
        let unread = self.unread(plan, tally);
        let mut longest = tally.took.clone();
        keep_longest(&mut longest);
        let finished = Finished {
            format: EVENT_FORMAT,
            command: self.command.clone(),
            stack: plan.scope.stack.clone(),
            environment: plan.scope.environment.clone(),
            target: plan.target,
            success: tally.count(OperationResult::Done) == plan.operations.len() && unread.is_empty(),
            serial: self.document.serial,
            summary: Summary { unchanged: plan.unchanged, ..tally.summary },
            failed: tally.count(OperationResult::Failed),
            skipped: tally.skipped(),
            no_capacity: tally.no_capacity.clone(),
            unread,
            took_ms: milliseconds(start.elapsed()),
            waited_ms: 0,
            longest,
            asleep: plan.asleep.clone(),
        };
        self.emit(Event::Finished(finished.clone()));
        finished
    }
}
