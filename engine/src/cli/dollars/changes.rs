//! The dollars of a plan file, resource by resource.

use std::fmt::Write as _;

use serde::Serialize;

use super::notes::rate;
use super::plan::{CostView, plan_text};
use super::table::{Align, markdown_table, table};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::{Difference, PlanCosts, Total};
use ebbtide::plan::{OperationKind, Plan, Target};
use ebbtide::resource::Address;

/// The dollars of a plan as `--json` prints them.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct CostDiff<'a> {
    format: u32,
    stack: &'a str,
    environment: &'a str,
    region: &'a str,
    target: Target,
    cost: CostView<'a>,
    /// The resources whose cost changes, the greatest change first.
    resources: Vec<ResourceDiff<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct ResourceDiff<'a> {
    address: &'a Address,
    operation: OperationKind,
    before: Total,
    after: Total,
    #[serde(skip)]
    change: Difference,
}

impl<'a> CostDiff<'a> {
    pub(in crate::cli) fn new(plan: &'a Plan, costs: &'a PlanCosts) -> Self {
        let operations = plan.operations.iter().zip(costs.by_operation(plan));
        let diff = |(operation, cost): (&'a ebbtide::plan::Operation, _)| {
            let cost: ebbtide::cost::OperationCost = cost?;
            let kind = operation.kind();
            let address = &operation.address;
            let change = costs.change_of(address).monthly;
            Some(ResourceDiff { address, operation: kind, before: cost.before, after: cost.after, change })
        };
        let changes = |one: &ResourceDiff<'_>| one.before != one.after || !one.change.is_exact();
        let mut resources: Vec<_> = operations.filter_map(diff).filter(changes).collect();
        resources.sort_by(|one, two| two.change.known.abs().total_cmp(&one.change.known.abs()));
        Self {
            format: OUTPUT_FORMAT,
            stack: &plan.scope.stack,
            environment: &plan.scope.environment,
            region: &plan.scope.region,
            target: plan.target,
            cost: CostView::new(costs),
            resources,
        }
    }

    fn heading(&self) -> String {
        format!("{} in {} → {}", self.stack, self.environment, self.target)
    }

    /// Returns a row for each resource, below a head.
    fn rows(&self) -> Vec<[String; 4]> {
        let mut rows = vec![["resource", "before", "after", "difference"].map(str::to_owned)];
        for one in &self.resources {
            let (before, after) = (one.before.monthly, one.after.monthly);
            let cells = [one.address.to_string(), before.to_string(), after.to_string(), one.change.signed()];
            rows.push(cells);
        }
        rows
    }
}

/// Returns the dollars of a plan as text for people.
pub(in crate::cli) fn diff_table(plan: &Plan, costs: &PlanCosts) -> String {
    use Align::{Left, Right};
    let diff = CostDiff::new(plan, costs);
    let mut text = format!("{}\n\n", diff.heading());
    if !diff.resources.is_empty() {
        text.push_str(&table([Left, Right, Right, Right], &diff.rows()));
        text.push('\n');
    }
    for line in plan_text(costs) {
        // Writing into text cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Returns the dollars of a plan as Markdown, for a comment on a pull request.
pub(in crate::cli) fn diff_markdown(plan: &Plan, costs: &PlanCosts) -> String {
    use Align::{Left, Right};
    let diff = CostDiff::new(plan, costs);
    let (before, after) = (costs.before.total, costs.after.total);
    let mut text = format!("### Cost of {}: {} a month\n\n", diff.heading(), costs.change().monthly.signed());
    let mut rows = vec![["", "an hour", "a month"].map(str::to_owned)];
    let paused = costs.paused.as_ref().map(|paused| ("while paused", paused.total));
    for (name, total) in [("before", before), ("after", after)].into_iter().chain(paused) {
        rows.push([name.to_owned(), rate(total.hourly), total.monthly.to_string()]);
    }
    text.push_str(&markdown_table([Left, Right, Right], &rows));
    if !diff.resources.is_empty() {
        let mut rows = diff.rows();
        rows.iter_mut().skip(1).for_each(|row| row[0] = format!("`{}`", row[0]));
        let _ = write!(text, "\n<details><summary>By resource, a month</summary>\n\n");
        text.push_str(&markdown_table([Left, Right, Right, Right], &rows));
        text.push_str("\n</details>\n");
    }
    let remarks = plan_text(costs).into_iter().skip(1 + usize::from(costs.paused.is_some()));
    for (index, remark) in remarks.enumerate() {
        let _ = writeln!(text, "{}- {remark}", if index == 0 { "\n" } else { "" });
    }
    text
}
