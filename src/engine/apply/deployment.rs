//! One stack in one environment, and what can be done to it: plan, begin, execute.

use crate::engine::apply::Access;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::engine::apply::observe::observe;
use crate::engine::apply::rate_limit::Pace;
use crate::engine::apply::recover::recover;
use crate::engine::apply::{Event, Failure, Interrupt};
use crate::engine::state::{Holder, State, Writer};
use crate::plan::{Plan, Target};
use crate::planner::{Observation, Request, plan};
use crate::record::{Ending, Progress, Snapshot};
use crate::resource::{Address, Scope};
use crate::stack::{Declarations, Problem};

/// After so long without a run, what is not found is gone. To mislead, a clock would have to jump so far within the minute
/// after a run in which AWS may lag behind.
const AT_REST: SignedDuration = SignedDuration::from_hours(1);

/// One stack in one environment.
pub struct Deployment<'a> {
    /// Its state.
    pub state: &'a State,
    /// Access to the account.
    pub access: Access,
    /// The account that the credentials lead to.
    pub account: String,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Who is told what happens.
    pub sink: &'a (dyn Fn(Event) + Sync),
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// Who does it: `user@host`.
    pub who: String,
    /// Why, for the history; the command, if nothing is said.
    pub why: Option<String>,
}

/// A plan, and what it was made from.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The plan.
    pub plan: Plan,
    /// What was recorded.
    pub snapshot: Snapshot,
    /// What was observed.
    pub observation: Observation,
}

impl<'a> Deployment<'a> {
    /// Plans without taking the stack: reads state, settles an open run in memory only, looks at AWS.
    pub async fn plan(
        &self,
        declarations: Option<&Declarations>,
        scope: &Scope,
        target: Target,
        include_data: &BTreeSet<Address>,
    ) -> Result<Prepared, Failure> {
        let (mut snapshot, progress) = match self.state.read().await? {
            Some(read) => read,
            None => (Snapshot::empty(scope.clone(), (self.clock)()), Vec::new()),
        };
        self.check_place(&snapshot, scope)?;
        self.recover(&mut snapshot, &progress, (self.clock)()).await?;
        self.prepare(snapshot, declarations, scope, target, include_data, &Arc::default()).await
    }

    /// Takes the stack, and settles what an earlier run left open.
    pub async fn begin(&self, command: &str, scope: &Scope) -> Result<Work<'_>, Failure> {
        let now = (self.clock)();
        let holder =
            Holder { by: self.who.clone(), process: std::process::id(), command: command.to_owned(), since: now };
        let mut writer = self.state.acquire(holder).await?;
        match self.opened(&mut writer, scope, now).await {
            Ok(snapshot) => Ok(Work {
                deployment: self,
                writer,
                command: command.to_owned(),
                snapshot,
                observation: Observation::default(),
                pace: Arc::default(),
            }),
            Err(failure) => {
                writer.release().await;
                Err(failure)
            }
        }
    }

    /// What is recorded, once an open run is settled.
    async fn opened(&self, writer: &mut Writer<'_>, scope: &Scope, now: Timestamp) -> Result<Snapshot, Failure> {
        let (mut snapshot, progress) = match writer.read().await? {
            Some(read) => read,
            None => (Snapshot::empty(scope.clone(), now), Vec::new()),
        };
        self.check_place(&snapshot, scope)?;
        if self.recover(&mut snapshot, &progress, now).await? {
            snapshot.serial += 1;
            writer.commit(&snapshot).await?;
        }
        Ok(snapshot)
    }

    /// Settles an open run; answers whether there was one.
    async fn recover(&self, snapshot: &mut Snapshot, progress: &[Progress], now: Timestamp) -> Result<bool, Failure> {
        let cut_off = snapshot.run.as_ref().map(|run| run.ended(Ending::CutOff, now, run.plan.summary(), 0, 0));
        let was_open = recover(snapshot, progress, &self.access, self.sink).await?;
        if was_open {
            snapshot.ended = cut_off;
        }
        Ok(was_open)
    }

    /// Looks at AWS.
    async fn observe(&self, snapshot: &Snapshot, pace: &Arc<Pace>) -> Result<Observation, Failure> {
        let since = snapshot.ended.as_ref().map(|ended| (self.clock)().duration_since(ended.ended));
        let at_rest = since.is_some_and(|since| since > AT_REST);
        observe(snapshot, &self.access, pace, at_rest, self.sink).await
    }

    /// State of another account or region must not be worked on with these credentials: everything would seem gone.
    fn check_place(&self, snapshot: &Snapshot, scope: &Scope) -> Result<(), Failure> {
        let recorded = &snapshot.scope;
        if snapshot.resources.is_empty() && snapshot.run.is_none()
            || (&recorded.account, &recorded.region) == (&self.account, &scope.region)
        {
            return Ok(());
        }
        Err(Failure::OtherPlace {
            stack: scope.stack.clone(),
            environment: scope.environment.clone(),
            recorded_account: recorded.account.clone(),
            recorded_region: recorded.region.clone(),
            account: self.account.clone(),
            region: scope.region.clone(),
        })
    }

    async fn prepare(
        &self,
        mut snapshot: Snapshot,
        declarations: Option<&Declarations>,
        scope: &Scope,
        target: Target,
        include_data: &BTreeSet<Address>,
        pace: &Arc<Pace>,
    ) -> Result<Prepared, Failure> {
        let observation = self.observe(&snapshot, pace).await?;
        if snapshot.resources.is_empty() {
            // Nothing is recorded yet, or any more: the stack may move.
            snapshot.scope = scope.clone();
        }
        let declarations = match declarations {
            Some(declarations) if target == Target::Running => {
                Some(with_prepared_inputs(&self.access, declarations, &snapshot)?)
            }
            other => other.cloned(),
        };
        let request = Request {
            declarations: declarations.as_ref(),
            scope,
            snapshot: &snapshot,
            observation: &observation,
            target,
            include_data,
        };
        let plan = plan(&request, self.access.providers.kinds())?;
        Ok(Prepared { plan, snapshot, observation })
    }
}

/// Lets every kind add to its inputs what can only be known now, such as the keyed hash of a secret's value.
fn with_prepared_inputs(
    access: &Access,
    declarations: &Declarations,
    snapshot: &Snapshot,
) -> Result<Declarations, Failure> {
    let mut declarations = declarations.clone();
    let mut problems = Vec::new();
    for (address, declaration) in &mut declarations.resources {
        let kind = access.implementation(address)?;
        let recorded = snapshot.resources.get(address).map(|entry| &entry.inputs);
        match kind.provider.prepare(&declaration.inputs, &snapshot.key, recorded) {
            Ok(inputs) => declaration.inputs = inputs,
            Err(error) => {
                let hint = error.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
                problems.push(Problem {
                    at: address.to_string(),
                    field: None,
                    message: format!("{}{hint}", error.message),
                });
            }
        }
    }
    if problems.is_empty() { Ok(declarations) } else { Err(Failure::Problems(problems)) }
}

/// A stack that was taken for one command.
pub struct Work<'a> {
    pub(super) deployment: &'a Deployment<'a>,
    pub(super) writer: Writer<'a>,
    pub(super) command: String,
    pub(super) snapshot: Snapshot,
    pub(super) observation: Observation,
    pub(super) pace: Arc<Pace>,
}

impl Work<'_> {
    /// Plans from what is recorded and observed now.
    pub async fn plan(
        &mut self,
        declarations: Option<&Declarations>,
        scope: &Scope,
        target: Target,
        include_data: &BTreeSet<Address>,
    ) -> Result<Prepared, Failure> {
        let prepared = self
            .deployment
            .prepare(self.snapshot.clone(), declarations, scope, target, include_data, &self.pace)
            .await?;
        self.snapshot = prepared.snapshot.clone();
        self.observation = prepared.observation.clone();
        Ok(prepared)
    }

    /// Gives the stack back. What was done is recorded; nothing is undone.
    pub async fn release(self) {
        self.writer.release().await;
    }

    /// Checks that what a saved plan was made from still holds: state and AWS.
    pub async fn check(&mut self, plan: &Plan) -> Result<(), Failure> {
        let stale = |message: String| Err(Failure::StalePlan(message));
        let snapshot = &self.snapshot;
        let first = snapshot.serial == 0 && plan.serial == 0;
        if snapshot.lineage != plan.lineage && !first {
            return stale("it was made from another state (another lineage)".to_owned());
        }
        if snapshot.serial != plan.serial {
            let (made, now) = (plan.serial, snapshot.serial);
            return stale(format!("it was made from state serial {made}, and the state is at serial {now} now"));
        }
        if plan.scope.account != self.deployment.account {
            let (made, now) = (&plan.scope.account, &self.deployment.account);
            return stale(format!("it was made for account {made}, and the credentials lead to account {now}"));
        }
        if first {
            self.snapshot.lineage.clone_from(&plan.lineage);
            self.snapshot.scope.clone_from(&plan.scope);
        }
        self.observation = self.deployment.observe(&self.snapshot, &self.pace).await?;
        if self.observation.hash() != plan.observation {
            return stale("what it was made from has changed in AWS since".to_owned());
        }
        Ok(())
    }
}
