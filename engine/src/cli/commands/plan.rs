//! `ebb plan`: shows the operations that lead to a target. Takes no lock and changes nothing.

use std::path::PathBuf;

use clap::Args;

use crate::apply::{Event, Failure, Goal, Pushed, Shutdown};
use crate::cli::common::{RunArg, StackArg, TargetName};
use crate::cli::context::{CommandContext, named_jobs};
use crate::cli::deploy::{deployment, note_calls, recorded_addresses};
use crate::cli::dollars::plan_costs;
use crate::cli::error::{CHANGES, CommandError, CommandErrorKind, DONE, FAILED};
use crate::cli::progress::Progress;
use crate::cli::renamings::note_renamings;
use crate::cli::{missing, plan_file, render, runtime, unfinished};
use ebbtide::plan::Target;
use ebbtide::planner::{RecordChanges, hold_back};

/// Shows the changes that would bring a stack to a target; makes none of them
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Saves the plan, for `ebb apply FILE`
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The target to reach
    #[arg(long, value_enum, default_value_t = TargetName::Running)]
    target: TargetName,
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
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &PlanArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(plan(context, arguments))
}

async fn plan(context: &CommandContext, arguments: &PlanArgs) -> Result<u8, CommandError> {
    let target = Target::from(arguments.target);
    if target != Target::Running && !arguments.run.run.is_empty() {
        return Err(CommandError::new(CommandErrorKind::Usage, "--run needs a stack that is to run")
            .hint("leave out --target, or leave out --run"));
    }
    if let Some(path) = &arguments.out {
        plan_file::check_target(path)?;
    }
    let out = arguments.out.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    let environment = match target {
        Target::Running => context.environment()?,
        Target::Paused | Target::Destroyed => context.recorded_environment()?,
    };
    let stack = context.stack(&environment, arguments.stack.stack.as_deref()).await?;
    // Problems with the declaration are reported before credentials are needed.
    let declares = target == Target::Running;
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
    let include_data = recorded_addresses(&state, "--include-data", &arguments.include_data).await?;
    let on_event = |event| progress.event(event);
    let deployment = deployment(context, &connection, &state, &on_event, Shutdown::default(), None);
    progress.phase("reading resources");
    let scope = environment.scope(&stack, &connection.account);
    let pushed = declares.then(|| Pushed { schedule: environment.schedule(&stack), reduce: false });
    let goal = Goal { scope: &scope, target, declarations: declarations.as_ref(), include_data: &include_data, pushed };
    let run = named_jobs(&arguments.run.run, goal.declarations, context.providers.kinds())?;
    let mut planned = deployment.plan_running(goal, &run).await?;
    if target == Target::Running && !arguments.beside_existing {
        deployment.check_elsewhere(&planned.document, &scope).await?;
    }
    let missing = planned.missing(&deployment.access).await?;
    let without = goal.declarations.filter(|_| arguments.without_missing && !missing.is_empty());
    let held = match without {
        None => None,
        Some(declarations) => {
            let resources = missing.keys().cloned().collect();
            let (rest, held) = hold_back(declarations, &planned.document, &resources).map_err(Failure::Problems)?;
            let run = &run - &held;
            planned = deployment.plan_running(Goal { declarations: Some(&rest), ..goal }, &run).await?;
            Some(held)
        }
    };
    let unfinished = planned.unfinished(&deployment.access, (deployment.clock)()).await?;
    progress.clear();
    planned.warnings.iter().for_each(|warning| progress.event(Event::Warning(warning.clone())));
    let record = RecordChanges::between(&planned.document, &planned.plan);
    let costs = plan_costs(context, &environment, &planned.document, &planned.plan);
    render::show_plan(context.output, &planned.plan, &record, &planned.warnings, &costs)?;
    note_renamings(context, &planned.plan, &planned.document);
    match held {
        Some(held) => missing::note_left_out(context.output, &missing, &held, &stack),
        None if !missing.is_empty() => missing::warn(context.output, &missing, &stack),
        None => {}
    }
    unfinished::warn(context.output, &unfinished, &planned.plan);
    if let (Some(absolute), Some(path)) = (&out, &arguments.out) {
        plan_file::write(absolute, &planned.plan).map_err(|error| CommandError::failed("save the plan", error))?;
        context.output.note(&format!("Saved. Carry it out with `ebb apply {}`.", path.display()));
    }
    note_calls(context, &connection);
    if !planned.observed.unread.is_empty() {
        return Ok(FAILED);
    }
    let is_change = !planned.plan.is_empty() || !record.is_empty();
    Ok(if arguments.detailed_exitcode && is_change { CHANGES } else { DONE })
}
