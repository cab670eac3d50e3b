//! The engine below `ebb apply`, `pause`, `resume`, `destroy` and `state rollback`: plans, shows, asks, executes.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::apply::{Deployment, Event, Failure, Goal, LockedDeployment, Pushed, Shutdown};
use crate::cli::common::{DropQueuedArg, LimitsArg, OnlyArg, RunArg};
use crate::cli::components::{asleep_after, only_flags};
use crate::cli::context::{self, CommandContext};
use crate::cli::deploy::{deployment, note_calls, recorded_addresses};
use crate::cli::ending::{Command, exit_code};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::interrupts::Interrupts;
use crate::cli::locking::locked;
use crate::cli::nothing_to_do::{already_running, not_there, nothing_is_recorded};
use crate::cli::output::Output;
use crate::cli::preflight::PreflightArg;
use crate::cli::progress::{Progress, summary};
use crate::cli::renamings::note_renamings;
use crate::cli::render::{PlanStyle, ShownPlan, with_shown};
use crate::cli::{confirm, over_budget, preflight, render, unfinished};
use crate::control::{Ended, Patience, Reached, reach};
use crate::environment::{Connection, Environment};
use crate::state::{StateError, StateStore};
use ebbtide::plan::{Plan, Target};
use ebbtide::planner::{Components, hold_back};
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Scope};
use ebbtide::stack::Declarations;

/// A change of one stack, as a command line asks for it.
pub(super) struct Change {
    command: &'static str,
    stack: Option<String>,
    source: Source,
    only: BTreeSet<String>,
    include_data: Vec<String>,
    drop_queued: Vec<String>,
    run: Vec<String>,
    without_missing: bool,
    preflight: PreflightArg,
    beside_existing: bool,
    reason: Option<String>,
    over_budget: Option<String>,
    limits: LimitsArg,
}

/// The source of a change: the target, and the declarations that a running stack is planned from.
enum Source {
    /// The stack's code and settings, as they are now. The stack runs then.
    Declared,
    /// The record, which needs neither the stack's code nor a compiler.
    Recorded(Target),
    /// The record at an earlier serial. The stack runs then, as after any apply.
    Serial(u64),
    /// A saved plan.
    Saved(Box<Plan>),
}

impl Change {
    /// Brings a stack to what its code declares.
    pub(super) fn declared(command: &'static str, stack: Option<String>) -> Self {
        Self {
            command,
            stack,
            source: Source::Declared,
            only: BTreeSet::new(),
            include_data: Vec::new(),
            drop_queued: Vec::new(),
            run: Vec::new(),
            without_missing: false,
            preflight: PreflightArg::default(),
            beside_existing: false,
            reason: None,
            over_budget: None,
            limits: LimitsArg::default(),
        }
    }

    /// Brings a recorded stack to a target.
    pub(super) fn recorded(command: &'static str, target: Target, stack: Option<String>) -> Self {
        Self { source: Source::Recorded(target), ..Self::declared(command, stack) }
    }

    /// Brings a stack back to what was declared at an earlier serial.
    pub(super) fn rollback(command: &'static str, serial: u64, stack: Option<String>) -> Self {
        Self { source: Source::Serial(serial), ..Self::declared(command, stack) }
    }

    /// Carries out a saved plan.
    pub(super) fn saved(command: &'static str, plan: Plan) -> Self {
        let stack = Some(plan.scope.stack.clone());
        Self { source: Source::Saved(Box::new(plan)), ..Self::declared(command, stack) }
    }

    /// Puts these components of a running stack to sleep, or wakes them, and leaves all else as it is.
    pub(super) fn only(mut self, named: OnlyArg) -> Self {
        self.only = named.only.into_iter().collect();
        self
    }

    /// Allows the deletion of these resources' data; the addresses are as named on the command line.
    pub(super) fn including_data(mut self, named: Vec<String>) -> Self {
        self.include_data = named;
        self
    }

    /// Allows the deletion of these resources with the work that they have not finished; the addresses are as named on the
    /// command line.
    pub(super) fn dropping_queued(mut self, named: DropQueuedArg) -> Self {
        self.drop_queued = named.drop_queued;
        self
    }

    /// Runs these jobs again; the addresses are as named on the command line.
    pub(super) fn running(mut self, named: RunArg) -> Self {
        self.run = named.run;
        self
    }

    /// Leaves out what needs something that is missing.
    pub(super) fn without_missing(mut self, without_missing: bool) -> Self {
        self.without_missing = without_missing;
        self
    }

    /// Makes these checks before the first change.
    pub(super) fn checking(mut self, preflight: PreflightArg) -> Self {
        self.preflight = preflight;
        self
    }

    /// Goes on although another state records resources of this stack.
    pub(super) fn beside_existing(mut self, beside: bool) -> Self {
        self.beside_existing = beside;
        self
    }

    /// Adds a reason for the history.
    pub(super) fn because(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }

    /// Goes on although a budget blocks what raises spending, for a reason.
    pub(super) fn over_budget(mut self, reason: Option<String>) -> Self {
        self.over_budget = reason;
        self
    }

    /// Waits, takes and does no more than this.
    pub(super) fn within(mut self, limits: LimitsArg) -> Self {
        self.limits = limits;
        self
    }

    fn target(&self) -> Target {
        match &self.source {
            Source::Declared | Source::Serial(_) => Target::Running,
            // A stack runs on without a component.
            Source::Recorded(_) if !self.only.is_empty() => Target::Running,
            Source::Recorded(target) => *target,
            Source::Saved(plan) => plan.target,
        }
    }

    /// Returns whether it brings back a whole stack.
    fn is_recorded_resume(&self) -> bool {
        matches!(self.source, Source::Recorded(Target::Running)) && self.only.is_empty()
    }

    /// Returns the components that are asleep afterwards; `None` for those that the record names.
    fn asleep(&self, document: &StateDocument, kinds: &Registry) -> Result<Option<BTreeSet<String>>, CommandError> {
        match self.source {
            Source::Recorded(target) if target == Target::Running || !self.only.is_empty() => {
                asleep_after((self.command, target), &self.only, document, kinds).map(Some)
            }
            Source::Declared | Source::Recorded(_) | Source::Serial(_) | Source::Saved(_) => Ok(None),
        }
    }

    /// Returns the reason for the history; without one, the history shows the command.
    fn why(&self) -> Option<String> {
        let over = self.over_budget.as_ref().map(|reason| format!("over budget: {reason}"));
        let reasons: Vec<String> = self.reason.iter().cloned().chain(over).collect();
        let given = (!reasons.is_empty()).then(|| reasons.join("; "));
        given.or_else(|| match self.source {
            Source::Serial(serial) => Some(format!("ebb {} --serial {serial}", self.command)),
            Source::Recorded(_) if !self.only.is_empty() => {
                Some(format!("ebb {}{}", self.command, only_flags(&self.only)))
            }
            Source::Declared | Source::Recorded(_) | Source::Saved(_) => None,
        })
    }

    /// Returns the command line that does the same again.
    fn again(&self, stack: &str) -> String {
        match self.source {
            Source::Serial(serial) => format!("ebb {} --serial {serial} --stack {stack}", self.command),
            Source::Declared | Source::Recorded(_) | Source::Saved(_) => {
                format!("ebb {} {stack}{}", self.command, only_flags(&self.only))
            }
        }
    }

    /// Returns the command line that only shows the plan, if there is one.
    fn preview(&self) -> Option<&'static str> {
        match self.source {
            Source::Declared => Some("ebb plan --target running"),
            Source::Recorded(_) if !self.only.is_empty() => None,
            Source::Recorded(Target::Paused) => Some("ebb plan --target paused"),
            Source::Recorded(Target::Destroyed) => Some("ebb plan --target destroyed"),
            // `ebb plan` plans a running stack from the stack's code, not from the record.
            Source::Recorded(Target::Running) | Source::Serial(_) | Source::Saved(_) => None,
        }
    }

    /// Refuses a saved plan that does not fit the command line or the environment.
    fn check(&self, environment: &Environment) -> Result<(), CommandError> {
        let Source::Saved(plan) = &self.source else { return Ok(()) };
        if self.without_missing {
            let message = "--without-missing cannot be added to a saved plan";
            return Err(CommandError::new(CommandErrorKind::Usage, message)
                .hint("plan again with `ebb plan --out FILE --without-missing`"));
        }
        if !self.include_data.is_empty() {
            let message = "--include-data cannot be added to a saved plan";
            return Err(CommandError::new(CommandErrorKind::Usage, message)
                .hint("plan again with `ebb plan --out FILE --include-data ADDRESS`"));
        }
        if !self.run.is_empty() {
            let message = "--run cannot be added to a saved plan";
            return Err(CommandError::new(CommandErrorKind::Usage, message)
                .hint("plan again with `ebb plan --out FILE --run ADDRESS`"));
        }
        if self.limits.wait.is_some() {
            let message = "--wait cannot be added to a saved plan, which is carried out once";
            return Err(CommandError::new(CommandErrorKind::Usage, message)
                .hint(format!("`ebb apply {} --wait …` plans again after each wait", plan.scope.stack)));
        }
        let (scope, region) = (&plan.scope, &environment.aws().region);
        if scope.environment == environment.name() && scope.region == *region {
            return Ok(());
        }
        let message = format!(
            "this plan was made for environment {} in {}, not for {} in {region}",
            scope.environment,
            scope.region,
            environment.name()
        );
        Err(CommandError::new(CommandErrorKind::PlanFile, message)
            .hint(format!("pass `--env {}`, or plan again for this environment", scope.environment)))
    }

    /// Returns the declarations to plan from; `None` where the plan is made from the record, or made already.
    async fn declarations(
        &self,
        context: &CommandContext,
        environment: &Environment,
        scope: &Scope,
        connection: &Connection,
        state: &StateStore,
    ) -> Result<Option<Declarations>, CommandError> {
        let stack = &scope.stack;
        match &self.source {
            Source::Declared => context.declare_online(environment, stack, connection).await.map(Some),
            Source::Serial(serial) => declared_at(context.providers.kinds(), state, *serial).await.map(Some),
            Source::Recorded(Target::Running | Target::Paused)
                if nothing_is_recorded(context::recorded(state).await?.as_ref()) =>
            {
                Err(CommandError::nothing_recorded(CommandErrorKind::Refused, stack, environment.name())
                    .hint(format!("`ebb apply {stack}` creates it")))
            }
            Source::Recorded(_) | Source::Saved(_) => Ok(None),
        }
    }
}

/// Carries out a change and returns the exit code.
pub(super) async fn run(context: &CommandContext, change: Change) -> Result<u8, CommandError> {
    confirm::check(context, change.command).map_err(|error| match change.preview() {
        Some(preview) => error.hint(format!("pass --yes to proceed without asking; `{preview}` shows the plan")),
        None => error,
    })?;
    // Only an apply of the declared stack needs the stack's code.
    let environment = match change.source {
        Source::Declared => context.environment()?,
        Source::Recorded(_) | Source::Serial(_) | Source::Saved(_) => context.recorded_environment()?,
    };
    let stack = context.stack(&environment, change.stack.as_deref()).await?;
    change.check(&environment)?;
    context.enter_project()?;
    let shutdown = Shutdown::default();
    let interrupts = Interrupts::listen(shutdown.clone()).within(change.limits.timeout);
    let progress = Progress::new(context.output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = interrupts.unless(environment.connect()).await?;
    let state = interrupts.unless(environment.state(&stack, Some(&connection.clients))).await?;
    let scope = environment.scope(&stack, &connection.account);
    // A command at work may be about to pause the stack: then the lock decides.
    if change.is_recorded_resume()
        && state.backend().lock_info().await?.is_none()
        && let Some(document) = context::recorded(&state).await?
        && let Some(finished) = already_running(&scope, &document)?
    {
        progress.clear();
        match context.output.is_json() {
            true => context.output.json(&Event::Finished(finished))?,
            false => context
                .output
                .note(&format!("{stack} in {} is running: there is nothing to resume.", scope.environment)),
        }
        return Ok(DONE);
    }
    let declarations = change.declarations(context, &environment, &scope, &connection, &state).await?;
    let include_data = recorded_addresses(&state, "--include-data", &change.include_data).await?;
    let drop_queued = recorded_addresses(&state, "--drop-queued", &change.drop_queued).await?;
    let run = context::named_jobs(&change.run, declarations.as_ref(), context.providers.kinds())?;
    let on_event = |event| progress.event(event);
    let deployment = Deployment {
        parallel: change.limits.parallel,
        ..deployment(context, &connection, &state, &on_event, shutdown, change.why())
    };
    let mut locked = locked(&deployment, (change.command, change.limits.wait), &scope, &interrupts).await?;
    let asleep = match change.asleep(locked.document(), context.providers.kinds()) {
        Ok(asleep) => asleep,
        Err(refused) => {
            locked.release().await;
            return Err(refused);
        }
    };
    let goal = Goal {
        scope: &scope,
        target: change.target(),
        declarations: declarations.as_ref(),
        include_data: &include_data,
        pushed: declarations.is_some().then(|| Pushed { schedule: environment.schedule(&stack), reduce: false }),
        components: Components { asleep: asleep.as_ref(), only: Some(&change.only).filter(|named| !named.is_empty()) },
    };
    let creates = matches!(change.source, Source::Declared | Source::Saved(_)) && change.target() == Target::Running;
    if creates
        && !change.beside_existing
        && let Err(failure) = interrupts.unless(deployment.check_elsewhere(locked.document(), &scope)).await
    {
        locked.release().await;
        return Err(failure);
    }
    let reached =
        carry_out((context, &environment), (&change, &run, &drop_queued), goal, &mut locked, &progress, &interrupts)
            .await;
    locked.release().await;
    let reached = reached.map_err(|error| interrupts.explained(error))?;
    note_calls(context, &connection);
    let command = Command {
        again: change.again(&reached.finished.stack),
        can_wait: change.target() == Target::Running,
        interrupted: interrupts.received(),
        time_over: interrupts.is_time_over(),
    };
    Ok(exit_code(context.output, &command, &reached))
}

/// Plans, shows the plan, asks, and executes it. The lock is held meanwhile, so that what was shown is what is done.
async fn carry_out(
    (context, environment): (&CommandContext, &Environment),
    (change, run, drop_queued): (&Change, &BTreeSet<Address>, &BTreeSet<Address>),
    goal: Goal<'_>,
    locked: &mut LockedDeployment<'_>,
    progress: &Progress,
    interrupts: &Interrupts,
) -> Result<Reached, CommandError> {
    let output = context.output;
    let (rest, mut goal) = (OnceCell::new(), goal);
    progress.phase("reading resources");
    let (mut plan, warnings) = match &change.source {
        Source::Saved(plan) => {
            interrupts.unless(locked.check(plan)).await?;
            (plan.as_ref().clone(), Vec::new())
        }
        Source::Declared | Source::Recorded(_) | Source::Serial(_) => {
            let planned = interrupts.unless(locked.plan_running(goal, run)).await?;
            (planned.plan, planned.warnings)
        }
    };
    let mut found = interrupts.unless(locked.preflight(&plan, change.preflight.checks())).await?;
    let mut held = None;
    if let Some(declarations) = goal.declarations.filter(|_| change.without_missing && !found.missing.is_empty()) {
        let resources = found.missing.keys().cloned().collect();
        let (declared, left_out) = hold_back(declarations, locked.document(), &resources).map_err(Failure::Problems)?;
        goal.declarations = Some(rest.get_or_init(|| declared));
        plan = locked.plan_running(goal, &(run - &left_out)).await?.plan;
        let rest = interrupts.unless(locked.preflight(&plan, change.preflight.checks())).await?;
        held = Some((left_out, std::mem::replace(&mut found, rest).missing));
    }
    if change.limits.wait.is_some() {
        found.wait_for_others();
    }
    preflight::check(output, progress, &found, &plan)?;
    let unfinished = interrupts.unless(locked.unfinished(&plan)).await?;
    progress.clear();
    warnings.into_iter().for_each(|warning| progress.event(Event::Warning(warning)));
    unfinished::check(output, &unfinished, drop_queued, &plan)?;
    let document = locked.document();
    if matches!(change.source, Source::Recorded(Target::Paused))
        && document.target == Target::Destroyed
        && plan.is_empty()
    {
        return Err(not_there(&plan.scope, "is destroyed: there is nothing to pause"));
    }
    let over_budget = (change.command, change.over_budget.as_deref());
    over_budget::check(context, environment, over_budget, document, &plan).await?;
    let asks = !context.common.yes && !plan.is_empty();
    if !output.is_quiet() {
        note_renamings(context, &plan, document);
    }
    let shows = |show: fn(Output, &ShownPlan<'_>) -> Result<(), CommandError>| {
        with_shown(context, environment, (document, &plan), |shown| show(output, shown))
    };
    if asks {
        shows(render::show_plan_in_question)?;
    } else if output.is_json() || output.is_quiet() {
        warn_of_rest(output, &plan);
    } else {
        shows(|output, shown| render::show_plan(output, shown, PlanStyle::default()))?;
    }
    if asks {
        let question = format!("Apply this plan to {} in {}?", plan.scope.stack, plan.scope.environment);
        let answered = interrupts.unless(confirm::confirm(context, change.command, &question)).await;
        if interrupts.received() {
            // The question is the end of a line that is not over.
            output.warn("");
        }
        answered?;
    }
    interrupts.executing();
    let patience = change.limits.wait.map(|wait| Patience { wait, within_first_plan: asks });
    let reached = reach(locked, goal, &plan, patience).await?;
    progress.clear();
    if output.is_json() {
        output.json(&Event::Finished(reached.finished.clone()))?;
    } else if !output.is_quiet() {
        output.result(&summary(&reached.finished, plan.kept.len()))?;
    }
    if let Ended::Missing(missing) = &reached.ended {
        preflight::warn_after_wait(output, missing);
    }
    if let Some((held, missing)) = held {
        preflight::note_left_out(output, &missing, &held, &plan.scope.stack);
    }
    Ok(reached)
}

/// Says what a plan that is not shown leaves: that something stays, and may bill, must be known.
fn warn_of_rest(output: Output, plan: &Plan) {
    for kept in &plan.kept {
        let id = kept.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        output.warn(&format!("kept {}{id}: {}", kept.address, kept.reason));
    }
    for one in &plan.not_run {
        output.warn(&format!("not run: {}: {one}", one.address));
    }
}

/// Returns the declarations that an earlier serial records.
async fn declared_at(kinds: &Registry, state: &StateStore, serial: u64) -> Result<Declarations, CommandError> {
    let mut document = state.at(serial).await?;
    document.migrate_inputs(kinds, &mut []);
    if document.incomplete {
        let Scope { stack, environment, .. } = document.scope;
        return Err(Failure::Incomplete { stack, environment }.into());
    }
    if let Some((address, error)) = document.unfit(kinds).pop_first() {
        let message = format!("serial {serial} cannot be brought back: {address}: {error}");
        return Err(CommandError::new(CommandErrorKind::Refused, message)
            .hint("use the version of `ebb`, or the program, that recorded it"));
    }
    let declarations = document.declarations();
    if declarations.resources.is_empty() {
        return Err(StateError::NothingToRollBackTo { location: state.location(), serial }.into());
    }
    Ok(declarations)
}
