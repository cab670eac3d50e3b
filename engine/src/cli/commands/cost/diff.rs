//! `ebb cost diff`: what a saved plan changes about the cost. Reads the record that the plan was made from.

use std::path::PathBuf;

use clap::Args;

use crate::cli::common::ReportFormat;
use crate::cli::context::CommandContext;
use crate::cli::dollars::{CostDiff, book, diff_markdown, diff_table};
use crate::cli::error::{CommandError, DONE};
use crate::cli::{plan_file, runtime};
use ebbtide::cost::{PlanCosts, Pricing};

/// Shows what a plan file changes about the cost, for people or as a comment on a pull request
#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// The plan, as `ebb plan --out` saved it
    #[arg(value_name = "PLANFILE")]
    plan: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    format: ReportFormat,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &DiffArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(diff(context, arguments))
}

async fn diff(context: &CommandContext, arguments: &DiffArgs) -> Result<u8, CommandError> {
    let plan = plan_file::read(context, &arguments.plan).await?;
    let environment = context.recorded_environment()?;
    let scope = &plan.scope;
    plan_file::check_environment(&environment, &scope.environment)?;
    let document = plan_file::document(context, &environment, &plan).await?;
    let kinds = context.providers.kinds();
    let book = book(context, &scope.region)?;
    let usage = [environment.usage(&scope.stack)];
    let pricing = Pricing { usage: &usage, ..Pricing::new(&book, &scope.region) };
    let costs = PlanCosts::new(&document, &plan, kinds, &pricing);
    match arguments.format.or_json(context.output) {
        ReportFormat::Json => context.output.json(&CostDiff::new(&plan, &costs))?,
        ReportFormat::Table => context.output.result(&diff_table(&plan, &costs))?,
        ReportFormat::Markdown => context.output.result(&diff_markdown(&plan, &costs))?,
    }
    Ok(DONE)
}
