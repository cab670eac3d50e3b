//! `ebb apply`: brings a stack to what its code declares, or carries out a saved plan.

use std::path::Path;

use clap::Args;

use crate::cli::change::{self, Change};
use crate::cli::common::{DropQueuedArg, LimitsArg, OneLine, ReasonArg, RunArg};
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::cli::preflight::PreflightArg;
use crate::cli::{plan_file, runtime};

/// Brings a stack up, or carries out a saved plan
#[derive(Debug, Args)]
pub(in crate::cli) struct ApplyArgs {
    /// The stack, or a file made by `ebb plan --out`
    #[arg(value_name = "STACK | PLANFILE")]
    stack_or_plan: Option<String>,
    /// Allows a replacement to delete this resource's data; repeatable, `all` for every resource
    #[arg(long, value_name = "ADDRESS")]
    include_data: Vec<String>,
    #[command(flatten)]
    run: RunArg,
    /// Leaves out what needs something that is missing, such as a model that was not uploaded yet, and all that depends on it
    #[arg(long)]
    without_missing: bool,
    #[command(flatten)]
    preflight: PreflightArg,
    /// Creates the stack although the account has resources with its tags that another state records
    #[arg(long)]
    beside_existing: bool,
    /// Applies although a budget blocks what raises spending, for this reason, which the history keeps
    #[arg(long, value_name = "REASON", value_parser = OneLine)]
    over_budget: Option<String>,
    #[command(flatten)]
    drop_queued: DropQueuedArg,
    #[command(flatten)]
    limits: LimitsArg,
    #[command(flatten)]
    reason: ReasonArg,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: ApplyArgs) -> Result<u8, CommandError> {
    if arguments.over_budget.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(CommandError::new(CommandErrorKind::Usage, "the reason of `--over-budget` is empty")
            .hint("say why: `--over-budget \"launch of the week\"`"));
    }
    runtime::on_all_threads(apply(context, arguments))
}

async fn apply(context: &CommandContext, arguments: ApplyArgs) -> Result<u8, CommandError> {
    let change = change(context, arguments.stack_or_plan)
        .await?
        .including_data(arguments.include_data)
        .running(arguments.run)
        .dropping_queued(arguments.drop_queued)
        .beside_existing(arguments.beside_existing)
        .without_missing(arguments.without_missing)
        .checking(arguments.preflight)
        .over_budget(arguments.over_budget)
        .within(arguments.limits)
        .because(arguments.reason.reason);
    change::run(context, change).await
}

/// Decides between a stack and a plan file. The name of a declared stack is always that stack.
async fn change(context: &CommandContext, stack_or_plan: Option<String>) -> Result<Change, CommandError> {
    let Some(name) = stack_or_plan else { return Ok(Change::declared("apply", None)) };
    if context.names().contains(&name) {
        return Ok(Change::declared("apply", Some(name)));
    }
    let path = Path::new(&name);
    if looks_like_a_path(&name) {
        return Ok(Change::saved("apply", plan_file::read(context, path).await?));
    }
    // A program names its stacks once it is asked.
    context.environment()?;
    let names = context.names();
    match names.contains(&name) {
        true => Ok(Change::declared("apply", Some(name))),
        false if path.is_file() => Ok(Change::saved("apply", plan_file::read(context, path).await?)),
        false => Err(CommandError::unknown("stack or plan file", &name, &names)),
    }
}

fn looks_like_a_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}
