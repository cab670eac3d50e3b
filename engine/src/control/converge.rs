//! Bringing one stack to its decision: lock, settle, plan from the record, execute.

use super::access::access;
use super::controller::{Connected, Controller, ended, look_again};
use super::look::{COMMAND, Look, Work};
use super::report::{Outcome, StackReport};
use super::zones::Zones;
use crate::apply::{Deployment, Event, Failure, Finished, Goal, LockedDeployment, Pushed};
use crate::environment::ConnectError;
use crate::sdk::Hint as _;
use crate::state::{StateError, StateStore};
use ebbtide::plan::Target;
use ebbtide::planner::Components;
use ebbtide::resource::Scope;
use ebbtide::schedule::Cause;

/// The reasons why a stack is not brought to its decision.
enum Stop {
    /// Another command is at work on it.
    Busy(String),
    /// A failure, with advice.
    Failed(String, Option<String>),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match &failure {
            Failure::State(StateError::Locked { lock, .. }) => Self::Busy(format!("locked by {}", lock.owner)),
            _ => Self::Failed(failure.to_string(), failure.hint()),
        }
    }
}

impl From<ConnectError> for Stop {
    fn from(error: ConnectError) -> Self {
        Self::Failed(error.to_string(), error.hint())
    }
}

impl Controller {
    /// Brings one stack to its decision.
    pub(super) async fn converge(&self, mut report: StackReport, connected: &Connected) -> StackReport {
        let Some(look) = report.look.take() else { return report };
        match self.locked(&look, connected).await {
            Ok((again, finished)) => {
                let outcome = match &finished {
                    Some(finished) if !finished.success => Outcome::Failed,
                    Some(_) => Outcome::Acted,
                    None if look.document.run.is_some() => Outcome::Settled,
                    None => Outcome::Nothing,
                };
                let message = match (&look.work, &finished) {
                    (_, Some(finished)) if !finished.success => {
                        let zones = Zones::of(&again.document, &finished.no_capacity);
                        report.hint = zones.advice().filter(|_| finished.lacks_capacity());
                        Some(failures(finished, &zones))
                    }
                    (Work::Converge(why), _) => Some(why.clone()),
                    (Work::Settle | Work::None, _) => report.message.take(),
                };
                report.decision = Some(again.decision.clone());
                report.run = finished;
                report.look = Some(Box::new(again));
                ended(report, outcome, message)
            }
            Err(Stop::Busy(message)) => {
                report.look = Some(look);
                ended(report, Outcome::Busy, Some(message))
            }
            Err(Stop::Failed(message, hint)) => {
                report.look = Some(look);
                StackReport { outcome: Outcome::Failed, message: Some(message), hint, ..report }
            }
        }
    }

    /// Works on a stack under its lock. Returns the look at the end, and the run if there was one.
    async fn locked(&self, look: &Look, connected: &Connected) -> Result<(Look, Option<Finished>), Stop> {
        let connection = self.connection(connected).await?;
        let state = self.environment.state(&look.stack, Some(&connection.clients)).await?;
        self.note_idleness(look, &state).await?;
        let scope = self.environment.scope(&look.stack, &connection.account);
        let (stack, clock, on_event) = (look.stack.clone(), self.clock.clone(), self.on_event.clone());
        let clock = move || clock();
        let on_event = move |event: Event| on_event(&stack, event);
        let deployment = Deployment {
            state: &state,
            access: access(connection, &self.providers),
            account: connection.account.clone(),
            clock: &clock,
            on_event: &on_event,
            shutdown: self.shutdown.clone(),
            parallel: None,
            who: self.who.clone(),
            why: Some(reason(look)),
        };
        let mut locked = deployment.lock(COMMAND, &scope).await?;
        let done = self.under_lock(look, &scope, &mut locked).await;
        locked.release().await;
        done
    }

    /// Records since when a stack is idle before it is paused for it, and drops that once something else decides. Without it,
    /// the next look would find no calls to a stack that sleeps, and wake it.
    async fn note_idleness(&self, look: &Look, state: &StateStore) -> Result<(), Stop> {
        let since = look.idle.since.filter(|_| look.decision.cause == Cause::Idle);
        if look.document.idle == since {
            return Ok(());
        }
        let note = match since {
            Some(since) => format!("idle since {since:.0}"),
            None => "no longer idle".to_owned(),
        };
        let edited = state.edit(self.owner(), &note, |document| {
            document.idle = since;
            true
        });
        edited.await.map(drop).map_err(|error| Failure::from(error).into())
    }

    async fn under_lock(
        &self,
        before: &Look,
        scope: &Scope,
        locked: &mut LockedDeployment<'_>,
    ) -> Result<(Look, Option<Finished>), Stop> {
        let look = look_again(self, before, locked.document().clone());
        // The record may have come to another decision since: then the next look acts on it.
        let is_same = (look.decision.target, &look.capacity) == (before.decision.target, &before.capacity);
        if look.work == Work::None || !is_same {
            return Ok((look, None));
        }
        let pushed = Pushed { schedule: self.environment.schedule(&look.stack), reduce: look.decision.reduce };
        let goal = Goal {
            scope,
            target: look.decision.target,
            declarations: None,
            include_data: &Default::default(),
            pushed: look.pushes.then_some(pushed),
            components: Components::default(),
        };
        let plan = match look.decision.target {
            Target::Running => locked.plan_with_capacity(goal, &look.capacity).await?.plan,
            Target::Paused | Target::Destroyed => locked.plan(goal).await?.plan,
        };
        // A queue that runs empty by itself is worth the wait of a tick.
        if let Some((address, work)) = locked.unfinished(&plan).await?.work.pop_first() {
            return Err(Stop::Busy(format!("waits, since {address} would lose work: {work}")));
        }
        let missing = locked.missing(&plan).await?;
        if !missing.is_empty() {
            let names: Vec<_> = missing.keys().map(ToString::to_string).collect();
            let hint = format!("`ebb resume {}` prints the commands that bring it", look.stack);
            return Err(Stop::Failed(format!("something that {} needs is missing", names.join(", ")), Some(hint)));
        }
        let finished = locked.execute(&plan).await?;
        // The run has set what AWS had missed.
        let end = look_again(self, &Look { missed: None, ..look }, locked.document().clone());
        Ok((end, Some(finished)))
    }
}

/// Returns the reason for the history: that of the decision, and the version of the time-zone data it was made with.
fn reason(look: &Look) -> String {
    match &look.decision.tzdb {
        Some(tzdb) => format!("{} (tzdb {tzdb})", look.decision.reason),
        None => look.decision.reason.clone(),
    }
}

/// Returns the failures of a run in words.
fn failures(finished: &Finished, zones: &Zones) -> String {
    let mut parts = Vec::new();
    if finished.failed > 0 {
        let why = match finished.lacks_capacity() {
            true => format!(" for lack of capacity{}", zones.tried()),
            false => String::new(),
        };
        let operations = if finished.failed == 1 { "operation" } else { "operations" };
        parts.push(format!("{} {operations} failed{why}", finished.failed));
    }
    match finished.unread.len() {
        0 => {}
        1 => parts.push("1 resource could not be read".to_owned()),
        more => parts.push(format!("{more} resources could not be read")),
    }
    match finished.skipped {
        0 => {}
        1 => parts.push("1 operation was not started".to_owned()),
        more => parts.push(format!("{more} operations were not started")),
    }
    parts.join(", ")
}
