//! Preflight: what AWS says of a plan before its first change. Each check is a few reads, and returns what it found.
//!
//! A check that cannot be made is a warning and stops nothing.

mod caller;
mod demand;
mod finding;
mod permissions;
mod quota_list;
mod quotas;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::permissions::needed;
use crate::providers::Providers;
use crate::sdk::Aws;
use ebbtide::plan::{Plan, Target};
use ebbtide::record::StateDocument;

pub use finding::{Check, Finding, Severity};

/// The longest time of a check. A person waits for it.
const WITHIN: Duration = Duration::from_secs(30);

/// A plan, the document that it was made from, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The document.
    pub document: &'a StateDocument,
    /// The present.
    pub now: Timestamp,
    /// Whether the plan is only shown, so that others may carry it out.
    pub is_shown: bool,
}

/// Checks the quotas that a plan needs and the permissions of its caller. A plan that lets nothing run is not checked: it needs no
/// quota, and nothing that it lacks a permission for is lost by trying.
pub async fn check(aws: &Arc<Aws>, providers: &Providers, planned: Planned<'_>) -> Vec<Finding> {
    if planned.plan.target != Target::Running || planned.plan.is_empty() {
        return Vec::new();
    }
    let demands = demand::demands(planned, providers.kinds());
    let actions = needed(planned.plan, planned.document, providers);
    let quotas = within(Check::Quota, quotas::check(aws, &demands, planned));
    let permissions = within(Check::Permission, permissions::check(aws, &actions, planned));
    let (mut findings, permissions) = tokio::join!(quotas, permissions);
    findings.extend(permissions);
    findings
}

/// Gives up a check that takes too long.
async fn within(check: Check, findings: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    match tokio::time::timeout(WITHIN, findings).await {
        Ok(findings) => findings,
        Err(_) => vec![Finding::unchecked(check, format!("AWS did not answer within {} s", WITHIN.as_secs()))],
    }
}
