//! The report on one stack, with its origin.

use jiff::Timestamp;
use serde::Serialize;

use crate::apply::Spending;
use crate::cli::dollars::is_old;
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::Report;
use ebbtide::resource::Scope;

/// The origin of a report.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::cli) struct Origin {
    /// The instant of the report.
    pub(in crate::cli) at: Timestamp,
    /// Whether the resources are those of the record, and not those of the declaration.
    pub(in crate::cli) recorded: bool,
    /// The number of resources that remain of a stack that was destroyed; null for another one.
    pub(in crate::cli) remains: Option<usize>,
}

/// The report on one stack.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ReportView {
    format: u32,
    pub(in crate::cli) stack: String,
    pub(in crate::cli) environment: String,
    pub(in crate::cli) region: String,
    #[serde(flatten)]
    pub(in crate::cli) origin: Origin,
    #[serde(flatten)]
    pub(in crate::cli) report: Report,
    /// The month so far, by the ledger; null if nothing is recorded.
    pub(in crate::cli) so_far: Option<Spending>,
    /// Whether a price is more than 90 days old.
    old: bool,
}

impl ReportView {
    pub(in crate::cli) fn new(scope: &Scope, origin: Origin, report: Report, so_far: Option<Spending>) -> Self {
        let old = is_old(report.most.oldest_price);
        let Scope { stack, environment, region, .. } = scope.clone();
        Self { format: OUTPUT_FORMAT, stack, environment, region, origin, report, so_far, old }
    }
}
