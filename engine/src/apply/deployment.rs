//! One stack in one environment, and its commands: plan, lock, execute.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::data::{Ask, deleted_unnamed};
use super::observe::{Observed, Purpose, observe};
use super::pushed::Pushed;
use super::rate_limit::RateLimiter;
use super::recover::recover;
use super::warnings::{Remarks, Warning};
use super::{Access, Event, Failure, Shutdown};
use crate::sdk::Error;
use crate::state::{LockOwner, StateError, StateStore, Writer};
use ebbtide::plan::{Plan, Target};
use ebbtide::planner::{Components, Jobs, Request, plan, present_capacity};
use ebbtide::record::{JournalEntry, RunOutcome, StateDocument};
use ebbtide::resource::{Address, Registry, Scope};
use ebbtide::schedule::Bounds;
use ebbtide::stack::{Declarations, Problem};

/// After so long without a run, a resource that is not found does not exist. To mislead, a clock would have to jump so far
/// within the minute after a run in which AWS may lag behind.
const AT_REST: SignedDuration = SignedDuration::from_hours(1);

/// One stack in one environment.
pub struct Deployment<'a> {
    /// Its state.
    pub state: &'a StateStore,
    /// Access to the account.
    pub access: Access,
    /// The account that the credentials belong to.
    pub account: String,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Receives events.
    pub on_event: &'a (dyn Fn(Event) + Sync),
    /// Ctrl-C.
    pub shutdown: Shutdown,
    /// The most operations at once; `None` for as many as the rates of AWS allow.
    pub parallel: Option<NonZeroUsize>,
    /// The person or machine that runs the command: `user@host`.
    pub who: String,
    /// The reason for the history; the command, if there is none.
    pub why: Option<String>,
}

/// The inputs of a plan that a command chooses.
#[derive(Clone, Copy, Debug)]
pub struct Goal<'a> {
    /// Environment, stack, region, account.
    pub scope: &'a Scope,
    /// The target to reach.
    pub target: Target,
    /// The declared stack. Without it, a running stack is the recorded one: a resume brings back what was paused.
    pub declarations: Option<&'a Declarations>,
    /// The resources whose data may be deleted with them.
    pub include_data: &'a BTreeSet<Address>,
    /// The schedule whose capacities AWS is to set while the stack runs. Without it, recorded actions of a schedule stay as they
    /// are: a resume does not depend on settings.
    pub pushed: Option<Pushed<'a>>,
    /// The components that fall asleep or wake.
    pub components: Components<'a>,
}

/// A plan with the document and the observation it was made from.
#[derive(Clone, Debug)]
pub struct PlanWithInputs {
    /// The plan.
    pub plan: Plan,
    /// The document.
    pub document: StateDocument,
    /// The observation.
    pub observed: Observed,
    /// Warnings about declared resources.
    pub warnings: Vec<Warning>,
}

impl Deployment<'_> {
    /// Plans without the lock: reads state, settles an open run in memory only, observes AWS. Fails if a command is at work on
    /// an open run.
    pub async fn plan(&self, goal: Goal<'_>) -> Result<PlanWithInputs, Failure> {
        self.plan_running(goal, &BTreeSet::new()).await
    }

    /// Plans as [`Deployment::plan`] does, and runs these jobs although they were run before.
    pub async fn plan_running(&self, goal: Goal<'_>, run: &BTreeSet<Address>) -> Result<PlanWithInputs, Failure> {
        let (mut document, mut journal) = match self.at_rest().await? {
            Some(read) => read,
            None => (self.new_document(goal.scope), Vec::new()),
        };
        self.check_account(&document, goal.scope)?;
        let limiter = Arc::default();
        if self.recover(&mut document, &mut journal, &limiter, (self.clock)()).await? {
            // The command that executes this plan settles the run as well, and commits that first.
            document.serial += 1;
            document.edit = None;
        }
        self.plan_from(document, (goal, run), None, &limiter).await
    }

    /// Returns the document and the journal of an open run that was cut off. A run whose command is still at work is no such
    /// run: then the error names the owner of the lock.
    async fn at_rest(&self) -> Result<Option<(StateDocument, Vec<JournalEntry>)>, Failure> {
        loop {
            let read = self.state.read().await?;
            let run = |read: &Option<(StateDocument, _)>| Some(read.as_ref()?.0.run.as_ref()?.id.clone());
            let Some(open) = run(&read) else { return Ok(read) };
            if let Some(lock) = self.state.backend().lock_info().await? {
                return Err(StateError::Locked { location: self.state.location(), lock: Box::new(lock) }.into());
            }
            // Its command may have ended in good order between the two reads.
            let again = self.state.read().await?;
            if run(&again) == Some(open) {
                return Ok(again);
            }
        }
    }

    /// Locks the stack, and settles a run that an earlier command left open.
    pub async fn lock(&self, command: &str, scope: &Scope) -> Result<LockedDeployment<'_>, Failure> {
        let now = (self.clock)();
        let owner = LockOwner::of_this_process(self.who.clone(), command, now);
        let mut writer = self.state.acquire(owner).await?;
        let limiter = Arc::default();
        let settled = tokio::select! {
            settled = self.settled(&mut writer, scope, &limiter, now) => settled,
            // The open run stays open, and the lock is released.
            () = self.shutdown.draining() => Err(Failure::Stopped),
        };
        match settled {
            Ok(document) => Ok(LockedDeployment {
                deployment: self,
                writer,
                command: command.to_owned(),
                document,
                observed: Observed::default(),
                limiter,
            }),
            Err(failure) => {
                writer.release().await;
                Err(failure)
            }
        }
    }

    /// Returns the document once an open run is settled.
    async fn settled(
        &self,
        writer: &mut Writer<'_>,
        scope: &Scope,
        limiter: &Arc<RateLimiter>,
        now: Timestamp,
    ) -> Result<StateDocument, Failure> {
        let (mut document, mut journal) = match writer.read().await? {
            Some(read) => read,
            None => (self.new_document(scope), Vec::new()),
        };
        self.check_account(&document, scope)?;
        let mut open = document.clone();
        if self.recover(&mut document, &mut journal, limiter, now).await? {
            open.migrate_inputs(self.access.providers.kinds(), &mut []);
            self.keep_ledger(writer, Some((&open, &journal)), &document).await;
            document.serial += 1;
            writer.commit(&document).await?;
        }
        Ok(document)
    }

    fn new_document(&self, scope: &Scope) -> StateDocument {
        let (lineage, key) = (uuid::Uuid::new_v4().to_string(), uuid::Uuid::new_v4().simple().to_string());
        StateDocument::empty(scope.clone(), (self.clock)(), lineage, key)
    }

    /// Brings recorded inputs to the form that their kinds have today, and settles an open run. Returns whether there was one.
    /// Adds to the journal what it lacked.
    async fn recover(
        &self,
        document: &mut StateDocument,
        journal: &mut Vec<JournalEntry>,
        limiter: &Arc<RateLimiter>,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        document.migrate_inputs(self.access.providers.kinds(), journal);
        let Some(run) = document.run.take() else { return Ok(false) };
        let recovered = recover(document, &run, journal, &self.access, limiter, self.on_event).await;
        let lacking = recovered.map_err(|failure| match failure {
            Failure::Journal(error) => self.state.damaged_journal(error).into(),
            other => other,
        })?;
        for entry in lacking {
            // It exists since its creation was started.
            let started = journal.iter().rposition(|other| other.operation == entry.operation);
            let at = started.and_then(|started| journal[started].at);
            journal.insert(started.map_or(journal.len(), |started| started + 1), JournalEntry { at, ..entry });
        }
        document.ended = Some(run.ended(RunOutcome::CutOff, now, run.plan.summary(), 0, 0));
        Ok(true)
    }

    /// Observes AWS for a plan toward a target. `tolerant` says that the plan acts on the record.
    pub(super) async fn observe(
        &self,
        document: &StateDocument,
        limiter: &Arc<RateLimiter>,
        target: Target,
        tolerant: bool,
    ) -> Result<Observed, Failure> {
        let since = document.ended.as_ref().map(|ended| (self.clock)().duration_since(ended.ended));
        let at_rest = since.is_some_and(|since| since > AT_REST);
        let purpose = Purpose { target, tolerant, at_rest };
        let unfit = unfit(document, self.access.providers.kinds(), tolerant)?;
        observe(document, &self.access, limiter, purpose, unfit, self.on_event).await
    }

    /// Refuses to work on the state of another account or region: with these credentials everything would seem gone.
    fn check_account(&self, document: &StateDocument, scope: &Scope) -> Result<(), Failure> {
        let recorded = &document.scope;
        if document.resources.is_empty() && document.run.is_none()
            || (&recorded.account, &recorded.region) == (&self.account, &scope.region)
        {
            return Ok(());
        }
        Err(Failure::OtherAccount {
            stack: scope.stack.clone(),
            environment: scope.environment.clone(),
            recorded_account: recorded.account.clone(),
            recorded_region: recorded.region.clone(),
            account: self.account.clone(),
            region: scope.region.clone(),
        })
    }

    async fn plan_from(
        &self,
        mut document: StateDocument,
        (goal, run): (Goal<'_>, &BTreeSet<Address>),
        capacity: Option<&BTreeMap<Address, Bounds>>,
        limiter: &Arc<RateLimiter>,
    ) -> Result<PlanWithInputs, Failure> {
        let tolerant = goal.target != Target::Running || goal.declarations.is_none();
        let mut observed = self.observe(&document, limiter, goal.target, tolerant).await?;
        // Before anything is added to what was read, since a saved plan is compared with what is read then.
        let observation_hash = observed.observation.hash(&document);
        for (address, attempted) in std::mem::take(&mut observed.attempted) {
            if let Some(record) = document.resources.get_mut(&address) {
                record.attempted = attempted;
            }
        }
        if document.resources.is_empty() {
            // Nothing is recorded yet, or any more: the stack may move.
            document.scope = goal.scope.clone();
        }
        let mut declarations = match (goal.target, goal.declarations) {
            (Target::Running, Some(declared)) => Some(with_prepared_inputs(&self.access, declared, &document)?),
            (Target::Running, None) if document.incomplete => {
                let Scope { stack, environment, .. } = goal.scope.clone();
                return Err(Failure::Incomplete { stack, environment });
            }
            (Target::Running, None) => Some(document.declarations()),
            (Target::Paused | Target::Destroyed, _) => None,
        };
        let recorded = if tolerant { document.without_attempts() } else { Cow::Borrowed(&document) };
        let kinds = self.access.providers.kinds();
        // A change by hand in the middle of a window leaves the capacities that the schedule has set.
        let mut capacity = capacity.cloned().unwrap_or_else(|| present_capacity(&recorded, kinds));
        if let (Some(pushed), Some(declared)) = (goal.pushed, declarations.as_mut()) {
            let compared = pushed.compare(&recorded).map_err(Failure::Problems)?;
            capacity.retain(|address, _| !compared.left.contains(address));
            pushed.put_into(declared).map_err(Failure::Problems)?;
            capacity.extend(pushed.restored(&recorded, &mut observed.observation, (self.clock)()));
        }
        let remarks =
            declarations.as_ref().map(|declared| Remarks::on(&self.access.providers, declared, (self.clock)()));
        let remarks = remarks.unwrap_or_default();
        let planned = loop {
            let planned = plan(&Request {
                kinds,
                declarations: declarations.as_ref(),
                scope: goal.scope,
                document: &recorded,
                observation: &observed.observation,
                observation_hash: &observation_hash,
                target: goal.target,
                include_data: goal.include_data,
                capacity: &capacity,
                // A resume, and a loop that acts on schedules, must not wait for hours.
                jobs: Jobs { run: Some(run), watch: goal.declarations.is_some() },
                components: goal.components,
            });
            let ask = Ask { document: &document, access: &self.access, limiter, tolerant, on_event: self.on_event };
            let planned = match planned {
                Ok(plan) => {
                    let deleted = deleted_unnamed(&plan, &document).cloned().collect();
                    if ask.for_data(deleted, &mut observed).await? {
                        continue;
                    }
                    plan
                }
                // Whether there is a plan may depend on data, too. A question that fails does not hide why there is none.
                Err(refused) => match ask.for_data(document.resources.keys().cloned().collect(), &mut observed).await {
                    Ok(true) => continue,
                    Ok(false) | Err(_) => return Err(refused.into()),
                },
            };
            // What is over stays where it exists as declared, and is not wanted where something would have to be sent for it.
            match declarations.as_ref().and_then(|declared| remarks.without_over(declared, &planned)) {
                Some(rest) => declarations = Some(rest),
                None => break planned,
            }
        };
        drop(recorded);
        Ok(PlanWithInputs { plan: planned, document, observed, warnings: remarks.warnings })
    }
}

/// Returns the resources whose recorded inputs do not fit their kinds. A plan of a declared stack needs to know all resources
/// that exist, so it is refused with all of these.
fn unfit(document: &StateDocument, kinds: &Registry, tolerant: bool) -> Result<BTreeMap<Address, Error>, Failure> {
    let mut unfit: BTreeMap<Address, Error> = BTreeMap::new();
    for (address, error) in document.unfit(kinds) {
        let hint = format!(
            "use the version of `ebb`, or the program, that recorded it; or `ebb state forget {address}` drops it from the \
             record and leaves it in AWS"
        );
        unfit.insert(address, Error::from(error).hint(hint));
    }
    if tolerant {
        return Ok(unfit);
    }
    // A resource that is asleep is created as it is declared now.
    let exists = |address: &Address| {
        let record = document.resources.get(address);
        record.is_some_and(|record| record.id.is_some() || !record.deposed.is_empty())
    };
    unfit.retain(|address, _| exists(address));
    if unfit.is_empty() { Ok(unfit) } else { Err(Failure::unreadable(unfit.into_iter().collect())) }
}

/// Lets every kind add to its inputs what is only known now, such as the keyed hash of a secret's value.
pub(super) fn with_prepared_inputs(
    access: &Access,
    declarations: &Declarations,
    document: &StateDocument,
) -> Result<Declarations, Failure> {
    let mut declarations = declarations.clone();
    let mut problems = Vec::new();
    for (address, declaration) in &mut declarations.resources {
        let implementation = access.implementation(address)?;
        let recorded = document.resources.get(address).map(|record| &record.inputs);
        match implementation.provider.prepare(&declaration.inputs, &document.key, recorded) {
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

/// A stack that is locked for one command.
pub struct LockedDeployment<'a> {
    pub(super) deployment: &'a Deployment<'a>,
    pub(super) writer: Writer<'a>,
    pub(super) command: String,
    pub(super) document: StateDocument,
    pub(super) observed: Observed,
    pub(super) limiter: Arc<RateLimiter>,
}

impl<'a> LockedDeployment<'a> {
    /// Returns the deployment that is locked.
    pub fn deployment(&self) -> &'a Deployment<'a> {
        self.deployment
    }
}

impl LockedDeployment<'_> {
    /// Plans from the recorded and observed resources of now.
    pub async fn plan(&mut self, goal: Goal<'_>) -> Result<PlanWithInputs, Failure> {
        self.plan_with(goal, &BTreeSet::new(), None).await
    }

    /// Plans from the recorded and observed resources of now, and runs these jobs although they were run before.
    pub async fn plan_running(&mut self, goal: Goal<'_>, run: &BTreeSet<Address>) -> Result<PlanWithInputs, Failure> {
        self.plan_with(goal, run, None).await
    }

    /// Plans with these bounds of capacity in place of declared ones. Those that a schedule has set before, and that are not
    /// among them, are restored.
    pub async fn plan_with_capacity(
        &mut self,
        goal: Goal<'_>,
        capacity: &BTreeMap<Address, Bounds>,
    ) -> Result<PlanWithInputs, Failure> {
        self.plan_with(goal, &BTreeSet::new(), Some(capacity)).await
    }

    async fn plan_with(
        &mut self,
        goal: Goal<'_>,
        run: &BTreeSet<Address>,
        capacity: Option<&BTreeMap<Address, Bounds>>,
    ) -> Result<PlanWithInputs, Failure> {
        let planned = self.deployment.plan_from(self.document.clone(), (goal, run), capacity, &self.limiter).await?;
        self.document = planned.document.clone();
        self.observed = planned.observed.clone();
        Ok(planned)
    }

    /// Returns the document.
    pub fn document(&self) -> &StateDocument {
        &self.document
    }

    /// Releases the lock. Nothing is undone; finished operations are recorded.
    pub async fn release(self) {
        self.writer.release().await;
    }

    pub(super) fn emit(&self, event: Event) {
        (self.deployment.on_event)(event);
    }
}
