//! A plan as JSON.

use std::collections::BTreeSet;

use serde::Serialize;

use super::shown::ShownPlan;
use crate::apply::{Unapplied, Warning};
use crate::cli::dollars::CostView;
use crate::cli::output::OUTPUT_FORMAT;
use crate::preflight::Finding;
use ebbtide::cost::OperationCost;
use ebbtide::plan::{Change, Kept, NotRun, Operation, OperationKind, Reason, Summary, Target, WhyNotRun};
use ebbtide::planner::RecordChanges;
use ebbtide::resource::{Address, component_of};

/// A plan as `--json` prints it. As long as `format` stays, fields are added and never changed.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct PlanView<'a> {
    format: u32,
    stack: &'a str,
    environment: &'a str,
    region: &'a str,
    account: &'a str,
    target: Target,
    /// The components that are asleep although the stack runs.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    asleep: &'a BTreeSet<String>,
    lineage: &'a str,
    serial: u64,
    operations: Vec<OperationView<'a>>,
    kept: &'a [Kept],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_run: Vec<NotRunView<'a>>,
    record: &'a RecordChanges,
    warnings: &'a [Warning],
    findings: &'a [Finding],
    /// The changes of code and settings that a paused stack waits for; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unapplied: Option<UnappliedView<'a>>,
    summary: Summary,
    cost: CostView<'a>,
    hash: &'a str,
}

#[derive(Clone, Debug, Serialize)]
struct OperationView<'a> {
    id: usize,
    address: &'a Address,
    kind: &'a str,
    component: &'a str,
    operation: OperationKind,
    reason: String,
    reason_code: &'a Reason,
    changes: &'a [Change],
    depends_on: &'a [usize],
    sleep: bool,
    superseded: bool,
    deletes_first: bool,
    /// The dollars of the resource; null for the old half of a replacement.
    cost: Option<OperationCost>,
}

/// The changes of code and settings that a paused stack waits for.
#[derive(Clone, Debug, Serialize)]
struct UnappliedView<'a> {
    operations: Vec<UnappliedOperation<'a>>,
    record: &'a RecordChanges,
}

/// An operation that an apply would do beside those of a resume.
#[derive(Clone, Debug, Serialize)]
struct UnappliedOperation<'a> {
    address: &'a Address,
    operation: OperationKind,
    reason: String,
    reason_code: &'a Reason,
}

impl<'a> UnappliedView<'a> {
    fn new(unapplied: &'a Unapplied) -> Self {
        let operation = |operation: &'a Operation| UnappliedOperation {
            address: &operation.address,
            operation: operation.kind(),
            reason: operation.reason.to_string(),
            reason_code: &operation.reason,
        };
        Self { operations: unapplied.operations.iter().map(operation).collect(), record: &unapplied.record }
    }
}

/// A job that is not run, or a resource that waits for the result of one.
#[derive(Clone, Debug, Serialize)]
struct NotRunView<'a> {
    address: &'a Address,
    reason: String,
    reason_code: &'a WhyNotRun,
}

impl<'a> NotRunView<'a> {
    fn new(one: &'a NotRun) -> Self {
        Self { address: &one.address, reason: one.to_string(), reason_code: &one.because }
    }
}

impl<'a> PlanView<'a> {
    /// Returns the view of a plan.
    pub(in crate::cli) fn new(shown: &ShownPlan<'a>) -> Self {
        let ShownPlan { plan, record, warnings, costs, names, unapplied, findings } = *shown;
        let operation = |(operation, cost): (&'a Operation, Option<OperationCost>)| OperationView {
            id: operation.id,
            address: &operation.address,
            kind: operation.resource_kind(),
            component: component_of(&operation.address, names),
            operation: operation.kind(),
            reason: operation.reason.to_string(),
            reason_code: &operation.reason,
            changes: operation.upsert().map_or(&[], |upsert| &upsert.changes),
            depends_on: &operation.depends_on,
            sleep: operation.puts_to_sleep(),
            superseded: operation.is_superseded(),
            deletes_first: plan.deletes_first(operation),
            cost,
        };
        Self {
            format: OUTPUT_FORMAT,
            stack: &plan.scope.stack,
            environment: &plan.scope.environment,
            region: &plan.scope.region,
            account: &plan.scope.account,
            target: plan.target,
            asleep: &plan.asleep,
            lineage: &plan.lineage,
            serial: plan.serial,
            operations: plan.operations.iter().zip(costs.by_operation(plan)).map(operation).collect(),
            kept: &plan.kept,
            not_run: plan.not_run.iter().map(NotRunView::new).collect(),
            record,
            warnings,
            findings,
            unapplied: unapplied.filter(|unapplied| !unapplied.is_empty()).map(UnappliedView::new),
            summary: plan.summary(),
            cost: CostView::new(costs),
            hash: &plan.hash,
        }
    }
}
