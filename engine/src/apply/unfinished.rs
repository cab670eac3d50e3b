//! Looking, before a plan deletes resources, for work that they have accepted and would lose.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::observe::Observed;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use super::{Access, Failure, LockedDeployment, PlanWithInputs};
use crate::providers::UnfinishedWork;
use ebbtide::plan::{Operation, Plan};
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// The work that the deletions of a plan would lose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// The work in words, by resource.
    pub work: BTreeMap<Address, String>,
    /// Why it is not known of a resource whether it has work.
    pub unknown: BTreeMap<Address, String>,
}

impl PlanWithInputs {
    /// Returns the work that the deletions of the plan would lose.
    pub async fn unfinished(&self, access: &Access, now: Timestamp) -> Result<Unfinished, Failure> {
        unfinished(&self.plan, &self.document, &self.observed, access, &RateLimiter::default(), now).await
    }
}

impl LockedDeployment<'_> {
    /// Returns the work that the deletions of a plan would lose.
    pub async fn unfinished(&self, plan: &Plan) -> Result<Unfinished, Failure> {
        let (access, now) = (&self.deployment.access, (self.deployment.clock)());
        unfinished(plan, &self.document, &self.observed, access, &self.limiter, now).await
    }
}

async fn unfinished(
    plan: &Plan,
    document: &StateDocument,
    observed: &Observed,
    access: &Access,
    limiter: &RateLimiter,
    now: Timestamp,
) -> Result<Unfinished, Failure> {
    let mut found = Unfinished::default();
    for operation in plan.operations.iter().filter(|operation| operation.deletion().is_some()) {
        let address = &operation.address;
        let kind = access.implementation(address)?;
        if !kind.provider.accepts_work() || observed.unfit.contains_key(address) {
            continue;
        }
        let Some(id) = id_of(operation, document) else { continue };
        let context = access.context(document, address, operation.generation);
        let look = || kind.provider.unfinished(&context, id, now);
        let mut retry = Retry::for_reads(access.propagation);
        // A deletion must not depend on a metric: a pause at night would leave everything running.
        match retry.attempt(limiter, (kind.name(), CallKind::Read), look).await {
            Ok(UnfinishedWork::None) => {}
            Ok(UnfinishedWork::Some(work)) => drop(found.work.insert(address.clone(), work)),
            Ok(UnfinishedWork::Unknown(why)) => drop(found.unknown.insert(address.clone(), why)),
            Err(error) => drop(found.unknown.insert(address.clone(), error.to_string())),
        }
    }
    Ok(found)
}

/// Returns the id of the generation that an operation deletes.
fn id_of<'d>(operation: &Operation, document: &'d StateDocument) -> Option<&'d str> {
    let record = document.resources.get(&operation.address)?;
    if record.generation == operation.generation {
        return record.id.as_deref();
    }
    let deposed = record.deposed.iter().find(|deposed| deposed.generation == operation.generation);
    deposed.map(|deposed| deposed.id.as_str())
}
