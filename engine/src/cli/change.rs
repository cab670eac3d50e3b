//! `ebb apply`, `pause`, `resume` and `destroy`: the same act with another target.

use std::collections::BTreeSet;
use std::path::Path;

use crate::apply::{Finished, Goal, LockedDeployment, Shutdown};
use crate::cli::context::{self, Context};
use crate::cli::deploy::deployment;
use crate::cli::error::{CommandError, DONE, ErrorKind, FAILED, INTERRUPTED};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::count;
use crate::cli::plan_file;
use crate::cli::progress::{Progress, summary};
use crate::cli::render::{PlanView, render};
use crate::environment::Environment;
use crate::state::{StateError, StateStore};
use ebbtide::plan::{Plan, Target};
use ebbtide::resource::Address;
use ebbtide::stack::Declarations;

/// What shall be brought about.
pub(super) struct Change {
    command: &'static str,
    target: Target,
    stack: Option<String>,
    plan: Option<Box<Plan>>,
    include_data: Vec<String>,
    reason: Option<String>,
    source: Source,
}

/// The source of the declarations that a running stack is planned from.
#[derive(Clone, Copy)]
enum Source {
    /// The stack's code and settings, as they are now.
    Declared,
    /// The record: a pause, a resume and a destroy need neither code nor compiler.
    Recorded,
    /// The record at an earlier serial.
    Serial(u64),
}

impl Change {
    /// Brings the recorded stack to a target.
    pub(super) fn to(command: &'static str, target: Target, stack: Option<String>) -> Self {
        let source = Source::Recorded;
        Self { command, target, stack, plan: None, include_data: Vec::new(), reason: None, source }
    }

    /// The same, with the data of these resources, as they were named on the command line.
    pub(super) fn including_data(mut self, named: Vec<String>) -> Self {
        self.include_data = named;
        self
    }

    /// The same, with a reason for the history.
    pub(super) fn because(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }

    /// `ebb state rollback`: what was declared at an earlier serial. The stack runs then, as after any apply.
    pub(super) fn back_to(serial: u64, stack: Option<String>) -> Self {
        Self { source: Source::Serial(serial), ..Self::to("state rollback", Target::Running, stack) }
    }

    /// The command line that does the same again.
    fn again(&self, stack: &str) -> String {
        match self.source {
            Source::Serial(serial) => format!("ebb {} --serial {serial} --stack {stack}", self.command),
            Source::Declared | Source::Recorded => format!("ebb {} {stack}", self.command),
        }
    }

    /// `ebb apply` of a stack, or of a plan file. What names a registered stack is that stack.
    pub(super) fn apply(context: &Context, what: Option<&str>) -> Result<Self, CommandError> {
        let running = Self { source: Source::Declared, ..Self::to("apply", Target::Running, what.map(str::to_owned)) };
        let Some(name) = what else { return Ok(running) };
        if context.names().iter().any(|stack| stack == name) {
            return Ok(running);
        }
        let path = Path::new(name);
        if path.is_file() || looks_like_a_path(name) {
            let plan = plan_file::read(path)?;
            let stack = Some(plan.scope.stack.clone());
            return Ok(Self { target: plan.target, stack, plan: Some(Box::new(plan)), ..running });
        }
        // A program names its stacks once it is asked.
        context.environment()?;
        let names = context.names();
        if names.iter().any(|stack| stack == name) {
            return Ok(running);
        }
        Err(CommandError::unknown("stack or plan file", name, &names))
    }
}

fn looks_like_a_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}

pub(super) async fn run(context: &Context, change: Change) -> Result<u8, CommandError> {
    let output = context.output;
    if !context.common.yes && !output.can_ask() {
        let message = format!("`ebb {}` changes things, and there is nobody at a terminal to ask", change.command);
        return Err(CommandError::new(ErrorKind::Refused, message)
            .hint("pass --yes to go on without asking; `ebb plan` shows what would be done"));
    }
    // Only an apply of the declared stack needs the stack's code.
    let environment = match (change.source, &change.plan) {
        (Source::Declared, None) => context.environment()?,
        _ => context.recorded_environment()?,
    };
    let stack = context.stack(&environment, change.stack.as_deref()).await?;
    if let Some(plan) = &change.plan {
        if !change.include_data.is_empty() {
            let message = "a saved plan says itself whose data goes: name it with `ebb plan --include-data`";
            return Err(CommandError::new(ErrorKind::Usage, message));
        }
        belongs(plan, &environment)?;
    }
    let shutdown = Shutdown::default();
    let interrupts = Interrupts::listen(shutdown.clone());
    let progress = Progress::new(output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = environment.connect().await?;
    let state = environment.state(&stack, Some(&connection.clients)).await?;
    let declarations = match (change.source, &change.plan) {
        (Source::Declared, None) => Some(context.declare(&environment, &stack, &connection.account)?),
        (Source::Serial(serial), None) => Some(declared_at(&state, serial).await?),
        (Source::Recorded, _) | (_, Some(_)) => None,
    };
    let include_data = include_data(&state, &change.include_data).await?;
    let on_event = |event| progress.event(event);
    let why = change.reason.clone().or_else(|| match change.source {
        Source::Serial(serial) => Some(format!("ebb state rollback --serial {serial}")),
        Source::Declared | Source::Recorded => None,
    });
    let deployment = deployment(context, &connection, &state, &on_event, shutdown, why);
    let scope = environment.scope(&stack, &connection.account);
    let mut work = deployment.lock(change.command, &scope).await?;
    let done = carry_out(context, &change, &mut work, &progress, &interrupts, async |work| {
        let goal = Goal {
            scope: &scope,
            target: change.target,
            declarations: declarations.as_ref(),
            include_data: &include_data,
        };
        Ok(work.plan(goal).await?.plan)
    });
    let finished = done.await;
    work.release().await;
    let finished = finished?;
    if output.is_verbose()
        && let Some(calls) = connection.clients.calls()
    {
        output.note(&format!("{calls} calls to AWS"));
    }
    ended(context, &change, &interrupts, &finished)
}

/// Plans, shows the plan, asks, and carries it out.
async fn carry_out<'a>(
    context: &Context,
    change: &Change,
    work: &mut LockedDeployment<'a>,
    progress: &Progress,
    interrupts: &Interrupts,
    make: impl AsyncFnOnce(&mut LockedDeployment<'a>) -> Result<Plan, CommandError>,
) -> Result<Finished, CommandError> {
    let output = context.output;
    progress.phase("reading what is there");
    let plan = match &change.plan {
        Some(plan) => {
            work.check(plan).await?;
            plan.as_ref().clone()
        }
        None => make(work).await?,
    };
    progress.clear();
    if output.is_json() || output.is_quiet() {
        // Whoever does not see the plan is told at least what stays, and may bill.
        for kept in &plan.kept {
            output.warn(&format!("kept {}: {}", kept.address, kept.reason));
        }
    } else {
        output.result(&render(&plan, output.width()))?;
    }
    if !plan.is_empty() && !context.common.yes {
        confirm(context, change.command, &plan).await?;
    }
    interrupts.executing();
    let finished = work.execute(&plan).await?;
    progress.clear();
    if output.is_json() {
        output.json(&crate::apply::Event::Finished(finished.clone()))?;
    } else if !output.is_quiet() {
        output.result(&summary(&finished, plan.kept.len()))?;
    }
    Ok(finished)
}

/// The exit code of a run, and what to do next if it did not reach its target.
fn ended(context: &Context, change: &Change, interrupts: &Interrupts, finished: &Finished) -> Result<u8, CommandError> {
    if finished.success {
        return Ok(DONE);
    }
    let interrupted = interrupts.came() && finished.failed == 0;
    let what =
        if interrupted { "interrupted".to_owned() } else { format!("{} failed", count(finished.failed, "operation")) };
    context.output.warn(&format!(
        "error: {what}, {} not begun\nhint: run `{}` again: what was done is recorded",
        finished.skipped,
        change.again(&finished.stack)
    ));
    Ok(if interrupts.came() { INTERRUPTED } else { FAILED })
}

/// Returns the declarations that an earlier serial records.
async fn declared_at(state: &StateStore, serial: u64) -> Result<Declarations, CommandError> {
    let declarations = state.at(serial).await?.declarations();
    if declarations.resources.is_empty() {
        return Err(StateError::NothingToRollBackTo { place: state.place(), serial }.into());
    }
    Ok(declarations)
}

/// The resources whose data may be deleted too, out of those that are recorded.
pub(super) async fn include_data(state: &StateStore, named: &[String]) -> Result<BTreeSet<Address>, CommandError> {
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let recorded = context::recorded(state).await?;
    let known = recorded.map(|document| document.resources.into_keys().collect()).unwrap_or_default();
    context::addresses(named, &known)
}

fn belongs(plan: &Plan, environment: &Environment) -> Result<(), CommandError> {
    let scope = &plan.scope;
    if scope.environment == environment.name() && scope.region == environment.aws().region {
        return Ok(());
    }
    let message = format!(
        "this plan was made for environment {} in {}, not for {} in {}",
        scope.environment,
        scope.region,
        environment.name(),
        environment.aws().region,
    );
    Err(CommandError::new(ErrorKind::PlanFile, message)
        .hint(format!("pass `--env {}`, or plan again for this environment", scope.environment)))
}

/// Asks; only `yes` goes on. The lock is held meanwhile, so that what was shown is what will be done.
async fn confirm(context: &Context, command: &str, plan: &Plan) -> Result<(), CommandError> {
    let question = format!("Do this to {} in {}? Only `yes` goes on:", plan.scope.stack, plan.scope.environment);
    ask(context, &question, command).await
}

/// Asks a question; any answer but `yes` is an error.
pub(super) async fn ask(context: &Context, question: &str, command: &str) -> Result<(), CommandError> {
    let (output, question) = (context.output, question.to_owned());
    let answered = tokio::task::spawn_blocking(move || output.ask(&question)).await;
    let answer = answered.map_err(|error| CommandError::new(ErrorKind::Output, format!("cannot ask: {error}")))??;
    if answer == "yes" {
        return Ok(());
    }
    Err(CommandError::new(ErrorKind::Refused, format!("`ebb {command}` was not confirmed; nothing was changed")))
}

/// Shows a plan in the form that was asked for.
pub(super) fn show(context: &Context, plan: &Plan) -> Result<(), CommandError> {
    if context.output.is_json() {
        context.output.json(&PlanView::new(plan))
    } else if context.output.is_quiet() {
        context.output.result(&format!("{}\n", crate::cli::render::summary_line(plan)))
    } else {
        context.output.result(&render(plan, context.output.width()))
    }
}
