//! All checks at once, each within a limit.

use std::sync::Arc;
use std::time::Duration;

use super::finding::{Check, Finding};
use super::planned::Planned;
use super::{demand, permissions, quotas, zones};
use crate::permissions::needed;
use crate::providers::Providers;
use crate::sdk::Aws;
use ebbtide::plan::Target;

/// The longest time of a check. A person waits for it.
const WITHIN: Duration = Duration::from_secs(30);

/// Checks the quotas and zones that a plan needs and the permissions of its caller. A plan that lets nothing run is not checked: it needs no
/// quota, and nothing that it lacks a permission for is lost by trying.
pub async fn check(aws: &Arc<Aws>, providers: &Providers, planned: Planned<'_>) -> Vec<Finding> {
    if planned.plan.target != Target::Running || planned.plan.is_empty() {
        return Vec::new();
    }
    let demands = demand::demands(planned, providers.kinds());
    let actions = needed(planned.plan, planned.document, providers);
    let quotas = within(Check::Quota, quotas::check(aws, &demands, planned));
    let permissions = within(Check::Permission, permissions::check(aws, &actions, planned));
    let zones = within(Check::Zone, zones::check(aws, planned));
    let (quotas, zones, permissions) = tokio::join!(quotas, zones, permissions);
    [quotas, zones, permissions].concat()
}

/// Gives up a check that takes too long.
async fn within(check: Check, findings: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    match tokio::time::timeout(WITHIN, findings).await {
        Ok(findings) => findings,
        Err(_) => vec![Finding::unchecked(check, format!("AWS did not answer within {} s", WITHIN.as_secs()))],
    }
}
