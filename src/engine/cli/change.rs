//! `ebb apply`, `pause`, `resume` and `destroy`: the same act with another target.

use crate::engine::apply::Access;
use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use crate::engine::apply::{Deployment, Finished, Interrupt, Work};
use crate::engine::cli::context;
use crate::engine::cli::context::Context;
use crate::engine::cli::error::{CommandError, DONE, ErrorKind, FAILED, INTERRUPTED};
use crate::engine::cli::interrupts::Interrupts;
use crate::engine::cli::output::count;
use crate::engine::cli::progress::{Progress, summary};
use crate::engine::cli::render::{PlanView, render};
use crate::engine::environment::Environment;
use crate::engine::state::State;
use crate::plan::{Plan, Target};
use crate::record::declared_at;
use crate::resource::Address;
use crate::stack::Declarations;

/// What shall be brought about.
pub(super) struct Change {
    command: &'static str,
    target: Target,
    stack: Option<String>,
    plan: Option<Box<Plan>>,
    include_data: Vec<String>,
    reason: Option<String>,
    /// What was declared at this serial is brought about, in place of what is declared now.
    serial: Option<u64>,
}

impl Change {
    /// Another target for a stack.
    pub(super) fn to(command: &'static str, target: Target, stack: Option<String>) -> Self {
        Self { command, target, stack, plan: None, include_data: Vec::new(), reason: None, serial: None }
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
        Self { serial: Some(serial), ..Self::to("state rollback", Target::Running, stack) }
    }

    /// The command line that does the same again.
    fn again(&self, stack: &str) -> String {
        match self.serial {
            Some(serial) => format!("ebb {} --serial {serial} --stack {stack}", self.command),
            None => format!("ebb {} {stack}", self.command),
        }
    }

    /// `ebb apply` of a stack, or of a plan file. What names a registered stack is that stack.
    pub(super) fn apply(context: &Context, what: Option<&str>) -> Result<Self, CommandError> {
        let running = Self::to("apply", Target::Running, what.map(str::to_owned));
        match what {
            Some(name) if !context.names().iter().any(|stack| stack == name) => {
                let path = Path::new(name);
                if !path.exists() && !looks_like_a_path(name) {
                    return Err(CommandError::unknown("stack or plan file", name, &context.names()));
                }
                let plan = crate::engine::cli::plan_file::read(path)?;
                let stack = Some(plan.scope.stack.clone());
                Ok(Self { target: plan.target, stack, plan: Some(Box::new(plan)), ..running })
            }
            _ => Ok(running),
        }
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
    let environment = context.environment()?;
    let stack = context.recorded_or_registered(&environment, change.stack.as_deref()).await?;
    if let Some(plan) = &change.plan {
        if !change.include_data.is_empty() {
            let message = "a saved plan says itself whose data goes: name it with `ebb plan --include-data`";
            return Err(CommandError::new(ErrorKind::Usage, message));
        }
        belongs(plan, &environment)?;
    }
    let interrupt = Interrupt::default();
    let interrupts = Interrupts::listen(interrupt.clone());
    let progress = Progress::new(output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = environment.connect().await?;
    let state = environment.state(&stack, Some(&connection.clients)).await?;
    let declarations = match change.serial {
        Some(serial) => Some(declared_at(&state.at(serial).await?)?),
        None => declarations(context, &environment, &stack, change.target, &connection.account)?,
    };
    let include_data = include_data(&state, &change.include_data).await?;
    let sink = |event| progress.event(event);
    let deployment = Deployment {
        state: &state,
        access: Access {
            aws: connection.clients.aws.clone(),
            providers: context.providers.clone(),
            showing: connection.clients.showing(),
        },
        account: connection.account.clone(),
        clock: &Timestamp::now,
        sink: &sink,
        interrupt,
        who: who(),
        why: change
            .reason
            .clone()
            .or_else(|| change.serial.map(|serial| format!("ebb state rollback --serial {serial}"))),
    };
    let scope = environment.scope(&stack, &connection.account);
    let mut work = deployment.begin(change.command, &scope).await?;
    let done = carry_out(context, &change, &mut work, &progress, &interrupts, async |work| {
        Ok(work.plan(declarations.as_ref(), &scope, change.target, &include_data).await?.plan)
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
    work: &mut Work<'a>,
    progress: &Progress,
    interrupts: &Interrupts,
    make: impl AsyncFnOnce(&mut Work<'a>) -> Result<Plan, CommandError>,
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
        output.json(&crate::engine::apply::Event::Finished(finished.clone()))?;
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

/// A stack that is taken away needs no declaration, and may be one that is no longer declared, or no longer valid.
pub(super) fn declarations(
    context: &Context,
    environment: &Environment,
    stack: &str,
    target: Target,
    account: &str,
) -> Result<Option<Declarations>, CommandError> {
    match target {
        Target::Destroyed => Ok(None),
        Target::Running | Target::Paused => context.declare(environment, stack, account).map(Some),
    }
}

/// The resources whose data may be deleted too, out of those that are recorded.
pub(super) async fn include_data(state: &State, named: &[String]) -> Result<BTreeSet<Address>, CommandError> {
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let recorded = context::recorded(state).await?;
    let known = recorded.map(|snapshot| snapshot.resources.into_keys().collect()).unwrap_or_default();
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

/// Who runs this: `user@host`.
pub(super) fn who() -> String {
    let first =
        |names: [&str; 2]| names.iter().find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()));
    let user = first(["USER", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned());
    let host = first(["HOSTNAME", "COMPUTERNAME"])
        .or_else(|| fs_err::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned());
    format!("{user}@{host}")
}

/// Shows a plan in the form that was asked for.
pub(super) fn show(context: &Context, plan: &Plan) -> Result<(), CommandError> {
    if context.output.is_json() {
        context.output.json(&PlanView::new(plan))
    } else if context.output.is_quiet() {
        context.output.result(&format!("{}\n", crate::engine::cli::render::summary_line(plan)))
    } else {
        context.output.result(&render(plan, context.output.width()))
    }
}
