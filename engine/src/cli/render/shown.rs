//! A plan with all that is shown beside it, and the manner in which it is shown.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use crate::apply::{Unapplied, Warning};
use crate::cli::context::CommandContext;
use crate::cli::dollars::plan_costs;
use crate::environment::Environment;
use crate::preflight::Finding;
use ebbtide::cost::PlanCosts;
use ebbtide::plan::Plan;
use ebbtide::planner::RecordChanges;
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// A plan with all that is shown beside it.
#[derive(Clone, Copy)]
pub(in crate::cli) struct ShownPlan<'a> {
    pub(in crate::cli) plan: &'a Plan,
    pub(in crate::cli) record: &'a RecordChanges,
    pub(in crate::cli) warnings: &'a [Warning],
    pub(in crate::cli) costs: &'a PlanCosts,
    /// The names in the stack, by which resources are grouped.
    pub(in crate::cli) names: &'a BTreeSet<&'a str>,
    /// What changed in code and settings while the stack is paused.
    pub(in crate::cli) unapplied: Option<&'a Unapplied>,
    /// What the checks before the first change found.
    pub(in crate::cli) findings: &'a [Finding],
}

/// The manner in which a plan is shown.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(in crate::cli) struct PlanStyle {
    /// Shows each operation with all its fields
    #[arg(long)]
    pub(in crate::cli) full: bool,
    /// The format
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: PlanFormat,
}

/// The format of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object, as --json
    Json,
    /// Markdown, for a comment on a pull request
    Markdown,
}

/// Returns the names in a stack that is recorded and planned, by which resources are grouped.
pub(in crate::cli) fn names<'a>(document: &'a StateDocument, plan: &'a Plan) -> BTreeSet<&'a str> {
    let planned = plan.operations.iter().map(|operation| &operation.address);
    document.resources.keys().chain(planned).map(Address::name).collect()
}

/// Shows a plan by its document, with nothing beside it but what follows from both.
pub(in crate::cli) fn with_shown<T>(
    context: &CommandContext,
    environment: &Environment,
    (document, plan): (&StateDocument, &Plan),
    show: impl FnOnce(&ShownPlan<'_>) -> T,
) -> T {
    show(&ShownPlan {
        plan,
        record: &RecordChanges::between(document, plan),
        warnings: &[],
        costs: &plan_costs(context, environment, document, plan),
        names: &names(document, plan),
        unapplied: None,
        findings: &[],
    })
}
