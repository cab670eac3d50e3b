//! Shows a plan in the manner that the command line asks for.

use super::plan::{render, summary_line};
use super::view::PlanView;
use crate::apply::Warning;
use crate::cli::error::CommandError;
use crate::cli::output::Output;
use ebbtide::cost::PlanCosts;
use ebbtide::plan::Plan;
use ebbtide::planner::RecordChanges;

/// Shows a plan: as JSON, as one line with `--quiet`, or with all operations.
pub(in crate::cli) fn show_plan(
    output: Output,
    plan: &Plan,
    record: &RecordChanges,
    warnings: &[Warning],
    costs: &PlanCosts,
) -> Result<(), CommandError> {
    if output.is_json() {
        output.json(&PlanView::new(plan, record, warnings, costs))
    } else if output.is_quiet() {
        output.result(&format!("{}\n", summary_line(plan, record)))
    } else {
        output.result(&render(plan, record, costs, output.width()))
    }
}

/// Shows all operations of a plan, also with `--quiet`: a question about them follows.
pub(in crate::cli) fn show_plan_in_question(
    output: Output,
    plan: &Plan,
    record: &RecordChanges,
    costs: &PlanCosts,
) -> Result<(), CommandError> {
    output.result(&render(plan, record, costs, output.width()))
}
