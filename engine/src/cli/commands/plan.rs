//! `ebb plan`: shows the operations that lead to a target, by default the one that the stack has. Takes no lock and changes
//! nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use crate::apply::{Deployment, Event, Failure, Goal, MissingThings, PlanWithInputs, Preflight, Pushed, Shutdown};
use crate::cli::common::{RunArg, StackArg, TargetName};
use crate::cli::context::{self, CommandContext, named_jobs};
use crate::cli::deploy::{deployment, note_calls, recorded_addresses};
use crate::cli::dollars::plan_costs;
use crate::cli::error::{CHANGES, CommandError, CommandErrorKind, DONE, FAILED};
use crate::cli::preflight::PreflightArg;
use crate::cli::progress::Progress;
use crate::cli::renamings::note_renamings;
use crate::cli::render::{PlanStyle, ShownPlan};
use crate::cli::{plan_file, preflight, render, runtime, unfinished};
use ebbtide::plan::Target;
use ebbtide::planner::{Components, RecordChanges, hold_back};
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// Shows the changes that would bring a stack to a target; makes none of them
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Saves the plan, for `ebb apply FILE`
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The target to reach; without it, the one that the stack has: a paused stack stays paused
    #[arg(long, value_enum)]
    target: Option<TargetName>,
    /// Exits with 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Plans although the account has resources with the stack's tags that another state records
    #[arg(long)]
    beside_existing: bool,
    /// Deletes this resource's data too if the resource is deleted or replaced; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    include_data: Vec<String>,
    #[command(flatten)]
    run: RunArg,
    /// Leaves out what needs something that is missing, and all that depends on it
    #[arg(long)]
    without_missing: bool,
    #[command(flatten)]
    preflight: PreflightArg,
    #[command(flatten)]
    style: PlanStyle,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &PlanArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(plan(context, arguments))
}

async fn plan(context: &CommandContext, arguments: &PlanArgs) -> Result<u8, CommandError> {
    let asked = arguments.target.map(Target::from);
    if asked.is_some_and(|target| target != Target::Running) && !arguments.run.run.is_empty() {
        return Err(CommandError::new(CommandErrorKind::Usage, "--run needs a stack that is to run")
            .hint("leave out --target, or leave out --run"));
    }
    if let Some(path) = &arguments.out {
        plan_file::check_target(path)?;
    }
    let out = arguments.out.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    let declares = matches!(asked, None | Some(Target::Running));
    let environment = if declares { context.environment()? } else { context.recorded_environment()? };
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    // Problems with the declaration are reported before credentials are needed.
    if declares {
        context.declare_offline(&environment, &stack)?;
    }
    context.enter_project()?;
    let progress = Progress::for_plan(context.output);
    progress.phase(&format!("connecting to {}", environment.aws().region));
    let connection = environment.connect().await?;
    let declarations = match declares {
        true => Some(context.declare_online(&environment, &stack, &connection).await?),
        false => None,
    };
    let state = environment.state(&stack, Some(&connection.clients)).await?;
    let target = match asked {
        Some(target) => target,
        None => kept_target(context::recorded(&state).await?.as_ref()),
    };
    if target != Target::Running && !arguments.run.run.is_empty() {
        let message = format!("{stack} in {} is paused, and --run needs a stack that is to run", environment.name());
        return Err(CommandError::new(CommandErrorKind::Usage, message).hint("add `--target running`"));
    }
    let include_data = recorded_addresses(&state, "--include-data", &arguments.include_data).await?;
    let on_event = |event| progress.event(event);
    let deployment = deployment(context, &connection, &state, &on_event, Shutdown::default(), None);
    progress.phase("reading resources");
    let scope = environment.scope(&stack, &connection.account);
    let pushed = declares.then(|| Pushed { schedule: environment.schedule(&stack), reduce: false });
    let declared = Goal {
        scope: &scope,
        target,
        declarations: declarations.as_ref(),
        include_data: &include_data,
        pushed,
        components: Components::default(),
    };
    let goal = match target {
        Target::Running => declared,
        Target::Paused | Target::Destroyed => Goal { declarations: None, pushed: None, ..declared },
    };
    let made = make(&deployment, goal, arguments, context).await?;
    let Made { mut planned, preflight: found, held } = made;
    let unapplied = match (target, declares) {
        (Target::Running, true) if planned.plan.asleep.is_empty() => None,
        (Target::Running | Target::Paused, true) => {
            Some(deployment.unapplied(declared, &planned.document, &planned.plan)?)
        }
        _ => None,
    };
    planned.warnings.extend(unapplied.iter().flat_map(|unapplied| unapplied.warnings.clone()));
    let unfinished = planned.unfinished(&deployment.access, (deployment.clock)()).await?;
    progress.clear();
    planned.warnings.iter().for_each(|warning| progress.event(Event::Warning(warning.clone())));
    let record = RecordChanges::between(&planned.document, &planned.plan);
    let shown = ShownPlan {
        plan: &planned.plan,
        record: &record,
        warnings: &planned.warnings,
        costs: &plan_costs(context, &environment, &planned.document, &planned.plan),
        names: &render::names(&planned.document, &planned.plan),
        unapplied: unapplied.as_ref(),
        findings: &found.all(),
    };
    render::show_plan(context.output, &shown, arguments.style)?;
    note_renamings(context, &planned.plan, &planned.document);
    if let Some((held, missing)) = &held {
        preflight::note_left_out(context.output, missing, held, &stack);
    }
    preflight::warn_plan(context.output, &found, &stack);
    unfinished::warn(context.output, &unfinished, &planned.plan);
    if let (Some(absolute), Some(path)) = (&out, &arguments.out) {
        plan_file::write(absolute, &planned.plan, &state).await?;
        context.output.note(&format!("Saved. Carry it out with `ebb apply {}`.", path.display()));
    }
    note_calls(context, &connection);
    if !planned.observed.unread.is_empty() {
        return Ok(FAILED);
    }
    let is_change =
        !planned.plan.is_empty() || !record.is_empty() || unapplied.is_some_and(|unapplied| !unapplied.is_empty());
    Ok(if arguments.detailed_exitcode && is_change { CHANGES } else { DONE })
}

/// Returns the target that a stack has: a paused stack stays paused, and any other runs.
fn kept_target(document: Option<&StateDocument>) -> Target {
    match document.map(|document| document.target) {
        Some(Target::Paused) => Target::Paused,
        Some(Target::Running | Target::Destroyed) | None => Target::Running,
    }
}

/// A plan, what the checks of it found, and the resources that are left out for want of things that are missing.
struct Made {
    planned: PlanWithInputs,
    preflight: Preflight,
    held: Option<(BTreeSet<Address>, MissingThings)>,
}

/// Makes the plan that leads to a goal, without what is missing if the command line says so.
async fn make(
    deployment: &Deployment<'_>,
    goal: Goal<'_>,
    arguments: &PlanArgs,
    context: &CommandContext,
) -> Result<Made, CommandError> {
    let run = named_jobs(&arguments.run.run, goal.declarations, context.providers.kinds())?;
    let mut planned = deployment.plan_running(goal, &run).await?;
    if goal.target == Target::Running && !arguments.beside_existing {
        deployment.check_elsewhere(&planned.document, goal.scope).await?;
    }
    let (checks, now) = (arguments.preflight.checks(), (deployment.clock)());
    let found = planned.preflight(&deployment.access, checks, now).await?;
    let without = goal.declarations.filter(|_| arguments.without_missing && !found.missing.is_empty());
    let Some(declarations) = without else { return Ok(Made { planned, preflight: found, held: None }) };
    let resources = found.missing.keys().cloned().collect();
    let (rest, held) = hold_back(declarations, &planned.document, &resources).map_err(Failure::Problems)?;
    let run = &run - &held;
    planned = deployment.plan_running(Goal { declarations: Some(&rest), ..goal }, &run).await?;
    let rest = planned.preflight(&deployment.access, checks, now).await?;
    Ok(Made { planned, preflight: rest, held: Some((held, found.missing)) })
}
