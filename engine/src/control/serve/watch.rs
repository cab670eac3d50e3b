//! The loop over one environment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::backing_off::BackingOff;
use super::board::StackBoard;
use super::catalog::{CALLS, LAST_LOOK, LEADER, LOOKS, RUN_SECONDS, THROTTLES, TRANSITIONS, UNSENT};
use super::collect::{self, Runs};
use super::http::Shown;
use super::leader::Part;
use super::measure;
use crate::apply::Shutdown;
use crate::control::controller::Connected;
use crate::control::money::Money;
use crate::control::unreadable;
use crate::control::{Controller, Log, Outcome, StackReport, Work};
use crate::environment::{Clients, ConnectError};
use crate::sdk::call_counts;
use crate::state::LockOwner;

/// The longest time of one look. State in S3 may be out of reach.
const LOOK: Duration = Duration::from_secs(60);
/// The longest time to give the lead back.
const RELEASE: Duration = Duration::from_secs(5);
/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(500);
/// A look for a transition comes that much after it, so that it is over for sure.
const AFTER: Duration = Duration::from_millis(100);

/// The loop over one environment.
pub(super) struct Watch {
    controller: Arc<Controller>,
    shown: Arc<Shown>,
    /// The environment's place on the board.
    index: usize,
    shutdown: Shutdown,
    log: Log,
    part: Part,
    clients: Option<Clients>,
    failures: BackingOff,
    runs: Runs,
    /// The instants before which AWS is not asked again whether a stack is idle.
    asked: BTreeMap<String, Timestamp>,
    /// The instants before which AWS is not asked again whether it has set the capacities of a stack.
    set: BTreeMap<String, Timestamp>,
    /// The time at which the instances of each stack were counted last.
    counted: BTreeMap<String, Timestamp>,
    /// The stacks that are being changed.
    busy: BTreeSet<String>,
    work: JoinSet<StackReport>,
    /// The stacks whose records could not be read at the last look; `None` before the first one of a leader.
    unreadable: Option<BTreeSet<String>>,
    /// The last messages of the log, so that each is written once.
    logged: BTreeSet<String>,
}

impl Watch {
    pub(super) fn new(
        controller: Arc<Controller>,
        shown: Arc<Shown>,
        index: usize,
        shutdown: Shutdown,
        log: Log,
    ) -> Self {
        Self {
            controller,
            shown,
            index,
            shutdown,
            log,
            part: Part::StandingBy(String::new()),
            clients: None,
            failures: BackingOff::default(),
            runs: Runs::default(),
            asked: BTreeMap::new(),
            set: BTreeMap::new(),
            counted: BTreeMap::new(),
            busy: BTreeSet::new(),
            work: JoinSet::new(),
            unreadable: None,
            logged: BTreeSet::new(),
        }
    }

    /// Looks at the stacks until it is asked to end, and finishes what is in flight.
    pub(super) async fn run(mut self) {
        let shutdown = self.shutdown.clone();
        while !self.shutdown.is_draining() {
            // A look changes no stack: it may be given up where state is out of reach.
            let next = tokio::select! {
                next = self.look() => next,
                () = shutdown.draining() => break,
            };
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                Some(done) = self.work.join_next() => self.done(done),
                () = self.shutdown.draining() => {}
            }
        }
        while let Some(done) = self.work.join_next().await {
            self.done(done);
        }
        // Without this, the lease ends by itself.
        let _ = tokio::time::timeout(RELEASE, self.part.release()).await;
    }

    /// Looks once, and starts what there is to do. Returns the time until the next look.
    async fn look(&mut self) -> Duration {
        let looked = tokio::time::timeout(LOOK, self.reports()).await;
        let looked = looked.unwrap_or_else(|_| Err(format!("the state was not read within {} s", LOOK.as_secs())));
        let now = (self.controller.clock)();
        let name = self.controller.environment.name().to_owned();
        let metrics = Arc::clone(&self.shown.metrics);
        let result = if looked.is_ok() { "done" } else { "failed" };
        metrics.add(&LOOKS, &[("environment", &name), ("result", result)], 1.0);
        let leader = self.part.is_leader();
        metrics.set(&LEADER, &[("environment", &name)], f64::from(u8::from(leader)));
        let (calls, throttles) = call_counts();
        metrics.set(&CALLS, &[], calls as f64);
        metrics.set(&THROTTLES, &[], throttles as f64);
        let (mut reports, money) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                // Clients with credentials that have ended are made anew.
                self.clients = None;
                self.say_once(&format!("{name}: {error}"));
                self.shown.update(|board| board.environments[self.index].error = Some(error));
                return self.interval();
            }
        };
        metrics.set(&LAST_LOOK, &[("environment", &name)], now.as_second() as f64);
        if leader {
            let connected = Connected::default();
            // First of all things: a rollback waits for nothing.
            let rolling = self.controller.roll_out(&mut reports, &connected, false);
            let _ = tokio::time::timeout(LOOK, rolling).await;
            let observed = self.controller.observe_idleness(&mut reports, &connected, &mut self.asked);
            // AWS out of reach leaves the stacks as not idle.
            let _ = tokio::time::timeout(LOOK, observed).await;
            let missed = self.controller.observe_missed(&mut reports, &connected, &mut self.set);
            let _ = tokio::time::timeout(LOOK, missed).await;
            let counting = self.controller.count_instances(&mut reports, &connected, &mut self.counted);
            let _ = tokio::time::timeout(LOOK, counting).await;
        }
        self.forget_faults(&reports).await;
        let mut next = self.interval();
        let mut stacks = Vec::new();
        for report in &reports {
            if leader {
                if report.outcome == Outcome::Nothing && !self.busy.contains(&report.stack) {
                    // What failed is not needed any more.
                    self.failures.succeeded(&report.stack);
                }
                self.start(report);
            }
            let stack = self.shown_stack(report, &money, now).await;
            next = next.min(self.due(report, now));
            measure::stack(&metrics, &name, &stack);
            stacks.push(stack);
        }
        if leader {
            // The work that was started goes on meanwhile. A question without an answer ends by itself.
            self.controller.ask_cost_explorer(&mut reports, &Connected::default()).await;
        }
        let common = money.budgets.environment.as_ref().map(|of| collect::budget(of, &money.course, now));
        measure::budget(&metrics, &name, None, common.as_ref());
        let cost = Some(collect::hourly(&reports, &money));
        let next = next.max(SHORTEST);
        let acting = self.part.acting().filter(|acting| !acting.is_empty()).map(str::to_owned);
        let next_look = SignedDuration::try_from(next).ok().and_then(|next| now.checked_add(next).ok());
        self.shown.update(|board| {
            let environment = &mut board.environments[self.index];
            (environment.leader, environment.acting) = (leader, acting);
            (environment.looked, environment.next_look, environment.error) = (Some(now), next_look, None);
            let before = std::mem::replace(&mut environment.stacks, stacks);
            (environment.cost, environment.budget) = (cost, common);
            measure::forget_others(&metrics, &name, &before, &environment.stacks);
        });
        next
    }

    /// Keeps or takes the lead, and reads the records.
    async fn reports(&mut self) -> Result<(Vec<StackReport>, Money), String> {
        let environment = &self.controller.environment;
        if self.clients.is_none() {
            self.clients = environment.state_clients().await.map_err(|error: ConnectError| error.to_string())?;
        }
        let owner = LockOwner::of_this_process(self.controller.who.clone(), "serve", (self.controller.clock)());
        let was_leader = self.part.is_leader();
        let part = std::mem::replace(&mut self.part, Part::StandingBy(String::new()));
        self.part = part.renewed(environment, self.clients.as_ref(), owner).await.map_err(|error| error.to_string())?;
        let name = environment.name().to_owned();
        match (was_leader, self.part.acting()) {
            (false, None) => (self.log)(&format!("{name}: this process acts on it from now on")),
            (_, Some(acting)) => {
                let message = format!("{name}: standing by, {acting} acts on it");
                self.say_once(&message);
            }
            (true, None) => {}
        }
        self.controller.look_with_money(self.clients.as_ref()).await.map_err(|error| error.to_string())
    }

    /// Forgets what was said of records that can be read again.
    async fn forget_faults(&mut self, reports: &[StackReport]) {
        if !self.part.is_leader() {
            self.unreadable = None;
            return;
        }
        let faulty = reports.iter().filter(|report| report.look.is_none());
        let now: BTreeSet<String> = faulty.map(|report| report.stack.clone()).collect();
        let before = self.unreadable.replace(now.clone());
        let readable = before.iter().flatten().filter(|stack| !now.contains(*stack));
        readable.for_each(|stack| self.failures.succeeded(stack));
        if before.is_none_or(|before| !before.is_subset(&now)) {
            let forgotten = unreadable::forget(&self.controller, reports, self.clients.as_ref());
            let _ = tokio::time::timeout(LOOK, forgotten).await;
        }
    }

    /// Starts to bring a stack to its decision, unless that is under way or has just failed.
    fn start(&mut self, report: &StackReport) {
        let stack = &report.stack;
        if self.busy.contains(stack) || self.failures.left(stack).is_some() {
            return;
        }
        let Some(work) = self.controller.work_on(report, &Arc::default(), None) else { return };
        self.busy.insert(stack.clone());
        self.work.spawn(work);
    }

    /// Notes the result of work on a stack.
    fn done(&mut self, done: Result<StackReport, tokio::task::JoinError>) {
        let report = match done {
            Ok(report) => report,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let (name, stack) = (self.controller.environment.name().to_owned(), report.stack.clone());
        self.busy.remove(&stack);
        let metrics = &self.shown.metrics;
        let labels = [("environment", name.as_str()), ("stack", stack.as_str())];
        match report.outcome {
            Outcome::Failed => {
                let message = report.message.as_deref().unwrap_or("it failed");
                self.failures.failed(&stack, message);
                (self.log)(&format!("{name}: {stack}: {message}"));
            }
            // A stack that another command works on is looked at again with the next look.
            Outcome::Busy | Outcome::WouldAct => {}
            Outcome::Nothing | Outcome::Settled | Outcome::Acted => self.failures.succeeded(&stack),
        }
        if let Some(run) = &report.run {
            let outcome = if run.success { "done" } else { "failed" };
            let target = run.target.to_string();
            let by_target = [labels[0], labels[1], ("target", target.as_str())];
            metrics.add(&TRANSITIONS, &[by_target[0], by_target[1], by_target[2], ("outcome", outcome)], 1.0);
            metrics.observe(&RUN_SECONDS, &by_target, run.took_ms as f64 / 1000.0);
            let reason = report.decision.as_ref().map(|decision| decision.reason.as_str()).unwrap_or_default();
            (self.log)(&format!("{name}: {stack}: {target}, {outcome}: {reason}"));
        }
        for unsent in &report.unsent {
            metrics.add(&UNSENT, &labels, 1.0);
            (self.log)(&format!("{name}: {stack}: a notification was not sent: {unsent}"));
        }
    }

    /// Returns the data of a stack for the pages.
    async fn shown_stack(&mut self, report: &StackReport, money: &Money, now: Timestamp) -> StackBoard {
        let state = self.controller.environment.state(&report.stack, self.clients.as_ref()).await;
        let runs = match (state, report.look.as_deref()) {
            (Ok(state), Some(look)) => self.runs.of(&state, look).await,
            _ => Vec::new(),
        };
        let mut stack = collect::stack(&self.controller, report, runs, money, now);
        if self.busy.contains(&report.stack) {
            stack.outcome = "at work".to_owned();
        }
        stack.failures = self.failures.count(&report.stack);
        let left = self.failures.left(&report.stack).and_then(|left| SignedDuration::try_from(left).ok());
        stack.retry_at = left.and_then(|left| now.checked_add(left).ok());
        if let Some(message) = self.failures.message(&report.stack) {
            stack.error = Some(message.to_owned());
        }
        stack
    }

    /// Returns the time until a stack may need something.
    fn due(&self, report: &StackReport, now: Timestamp) -> Duration {
        let look = report.look.as_deref();
        let decided = look.and_then(|look| look.due(now));
        let asked = self.asked.get(&report.stack).filter(|_| look.is_some_and(|look| look.idle_limit.is_some()));
        let next = decided.into_iter().chain(asked.copied()).filter(|at| *at > now).min();
        let next = next.and_then(|at| Duration::try_from(at.duration_since(now)).ok());
        let due = next.map_or(Duration::MAX, |next| next + AFTER);
        let waits = look.is_some_and(|look| look.work != Work::None);
        due.min(self.failures.left(&report.stack).filter(|_| waits).unwrap_or(Duration::MAX))
    }

    /// Returns the interval with up to a tenth more or less, so that processes do not look in step.
    fn interval(&self) -> Duration {
        let interval = Duration::try_from(self.controller.environment.control().interval()).unwrap_or(LOOK);
        let random = f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
        interval.mul_f64(0.9 + 0.2 * random)
    }

    /// Writes a line into the log, unless it was written before.
    fn say_once(&mut self, line: &str) {
        if self.logged.insert(line.to_owned()) {
            (self.log)(line);
        }
        // A line that comes back after many others is written again.
        if self.logged.len() > 100 {
            self.logged.clear();
        }
    }
}
