//! A rehearsal: the loop, the planner and the executor against a throw-away cloud in virtual time.
//!
//! The stack comes up at the beginning, as `ebb apply` brings it up. From then on the loop looks as `ebb serve` does: when a
//! transition is due, at every interval as long as there is something to do, and after a failure with growing delays. Nothing of
//! it touches the environment's cloud or its state.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ebbtide_cloud::Cloud;
use ebbtide_cloud::virtual_time::TokioClock;
use jiff::Timestamp;
use tokio::time::sleep;

use super::error::RehearsalError;
use super::faults::Faults;
use super::report::{Log, Rehearsed, RehearsedTransition};
use super::{bill, stand_ins};
use crate::apply::{Deployment, Event, Finished, Goal, Pushed, Shutdown};
use crate::control::notify::Notifier;
use crate::control::serve::backing_off::BackingOff;
use crate::control::{Controller, Outcome, access};
use crate::environment::{Connection, Environment};
use crate::providers::Providers;
use ebbtide::cost::Book;
use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::resource::Scope;
use ebbtide::stack::Declarations;

/// A look for a transition comes that much after it, so that it is over for sure.
const AFTER: Duration = Duration::from_millis(100);
/// The shortest time between two looks while there is nothing to do. Nobody else changes the record, so that the looks between
/// would all see the same.
const QUIET: Duration = Duration::from_secs(15 * 60);
/// The virtual time between two signs that time passes, while a look waits or retries.
const SHOWN_EVERY: Duration = Duration::from_secs(60);
/// The person or machine in the records of a rehearsal.
const WHO: &str = "rehearsal";

/// A rehearsal that is ready to begin. Its runtime must be one of virtual time.
pub struct Rehearsal<'a> {
    /// The environment, with a cloud and state of its own.
    pub environment: Environment,
    /// Its connection.
    pub connection: Connection,
    /// Its cloud.
    pub cloud: Cloud,
    /// The clock of that cloud, which shows the beginning.
    pub clock: TokioClock,
    /// The kinds.
    pub providers: Providers,
    /// The declared stack.
    pub declarations: &'a Declarations,
    /// The prices.
    pub book: &'a Book,
    /// The end.
    pub to: Timestamp,
    /// Faults of the cloud from the moment when the stack is up.
    pub faults: Option<Faults>,
    /// Receives the present of the rehearsal while it goes on.
    pub on_time: Arc<dyn Fn(Timestamp) + Send + Sync>,
    /// Receives each transition when it is over.
    pub on_transition: &'a (dyn Fn(&RehearsedTransition) + Sync),
}

impl Rehearsal<'_> {
    /// Brings the stack up, and lets the loop look after it until the end.
    pub async fn run(self) -> Result<Rehearsed, RehearsalError> {
        let from = self.clock.now();
        let stack = self.declarations.scope.stack.clone();
        self.bring_up().await?;
        if let Some(faults) = &self.faults {
            faults.begin(&self.cloud)?;
        }
        let clock = self.clock;
        let trouble = Trouble::default();
        let (on_time, noted) = (Arc::clone(&self.on_time), trouble.clone());
        let controller = Arc::new(Controller {
            notifier: Notifier::of(&self.environment)?,
            environment: self.environment.clone(),
            providers: self.providers.clone(),
            clock: Arc::new(move || clock.now()),
            shutdown: Shutdown::default(),
            who: WHO.to_owned(),
            on_event: Arc::new(move |_, event| {
                on_time(clock.now());
                noted.note(event);
            }),
            on_notice: Arc::new(|_| {}),
        });
        let mut log = Log::new((from, self.to), clock.now());
        tokio::select! {
            done = self.look_after(&stack, &controller, &trouble, &mut log) => done?,
            never = self.show_time() => match never {},
        }
        let bill = bill::read(&self.cloud, self.book, from, self.to).await?;
        Ok(log.end(stack, self.environment.name(), bill))
    }

    /// Shows the time again and again: a look that retries has no events.
    async fn show_time(&self) -> Infallible {
        loop {
            sleep(SHOWN_EVERY).await;
            (self.on_time)(self.clock.now());
        }
    }

    /// Lets the loop look after the stack until the end.
    async fn look_after(
        &self,
        stack: &str,
        controller: &Arc<Controller>,
        trouble: &Trouble,
        log: &mut Log,
    ) -> Result<(), RehearsalError> {
        let clock = self.clock;
        let interval = Duration::try_from(self.environment.control().interval()).unwrap_or(Duration::from_secs(60));
        let mut failures = BackingOff::default();
        while clock.now() < self.to {
            let at = clock.now();
            (self.on_time)(at);
            let ticked = controller.tick(false).await?;
            let trouble = trouble.take();
            if let Some(mut report) = ticked.stacks.into_iter().find(|report| report.stack == stack) {
                if let (Some(message), Some(trouble)) = (&mut report.message, trouble) {
                    *message = format!("{message}: {trouble}");
                }
                match report.outcome {
                    Outcome::Failed => failures.failed(stack, report.message.as_deref().unwrap_or_default()),
                    Outcome::Busy | Outcome::WouldAct => {}
                    Outcome::Nothing | Outcome::Settled | Outcome::Acted => failures.succeeded(stack),
                }
                if let Some(transition) = log.note(&report, at, clock.now()) {
                    (self.on_transition)(transition);
                }
            }
            let now = clock.now();
            let left = Duration::try_from(self.to.duration_since(now)).unwrap_or_default();
            let pause = if log.has_work() { interval } else { interval.max(QUIET) };
            let due = log.due().and_then(|due| Duration::try_from(due.duration_since(now)).ok());
            let pause = due.map_or(pause, |due| (due + AFTER).min(pause));
            sleep(failures.left(stack).unwrap_or(pause).min(left.max(AFTER))).await;
        }
        Ok(())
    }

    /// Applies the declared stack. Objects that it needs and does not make are there as stand-ins.
    async fn bring_up(&self) -> Result<(), RehearsalError> {
        let scope = &self.declarations.scope;
        let state = self.environment.state(&scope.stack, Some(&self.connection.clients)).await?;
        let clock = self.clock;
        let clock = move || clock.now();
        let trouble = Trouble::default();
        let on_event = |event: Event| {
            (self.on_time)(self.clock.now());
            trouble.note(event);
        };
        let deployment = Deployment {
            state: &state,
            access: access(&self.connection, &self.providers),
            account: self.connection.account.clone(),
            clock: &clock,
            on_event: &on_event,
            shutdown: Shutdown::default(),
            parallel: None,
            who: WHO.to_owned(),
            why: None,
        };
        let finished = self.apply(&deployment, scope).await?;
        if finished.success {
            return Ok(());
        }
        Err(RehearsalError::NotUp(trouble.take().unwrap_or_else(|| format!("{} operations failed", finished.failed))))
    }

    async fn apply(&self, deployment: &Deployment<'_>, scope: &Scope) -> Result<Finished, RehearsalError> {
        let mut locked = deployment.lock("apply", scope).await?;
        let include_data = Default::default();
        let pushed = Some(Pushed { schedule: self.environment.schedule(&scope.stack), reduce: false });
        let declarations = Some(self.declarations);
        let components = Components::default();
        let goal =
            Goal { scope, target: Target::Running, declarations, include_data: &include_data, pushed, components };
        let applied = async {
            let mut plan = locked.plan(goal).await?.plan;
            let missing = locked.missing(&plan).await?;
            if !missing.is_empty() {
                // A bucket of the stack has to be there before its objects are.
                stand_ins::without(&mut locked, goal, &missing).await?;
                stand_ins::bring(&self.cloud, &self.environment.aws().region, &missing).await?;
                plan = locked.plan(goal).await?.plan;
            }
            Ok(locked.execute(&plan).await?)
        };
        let applied: Result<Finished, RehearsalError> = applied.await;
        locked.release().await;
        applied
    }
}

/// The first failure of a run, in words.
#[derive(Clone, Debug, Default)]
struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    fn note(&self, event: Event) {
        if let Event::OperationFailed { address, error, .. } = event {
            self.inner().get_or_insert_with(|| format!("{address}: {error}"));
        }
    }

    fn take(&self) -> Option<String> {
        self.inner().take()
    }

    fn inner(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
