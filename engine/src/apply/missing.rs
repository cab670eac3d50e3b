//! Looking, before the first change of a run, for what its resources need and no stack makes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::observe::Observed;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use super::{Access, Failure, LockedDeployment, PlanWithInputs};
use crate::providers::Missing;
use ebbtide::plan::Plan;
use ebbtide::planner;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Reference, resolve};

/// What the resources of a plan need and is not there, by resource.
pub type MissingThings = BTreeMap<Address, Vec<Missing>>;

impl PlanWithInputs {
    /// Returns what the resources that the plan creates need and is not there.
    pub async fn missing(&self, access: &Access) -> Result<MissingThings, Failure> {
        missing(&self.plan, &self.document, &self.observed, access, &RateLimiter::default()).await
    }
}

impl LockedDeployment<'_> {
    /// Returns what the resources that the plan creates need and is not there.
    pub async fn missing(&self, plan: &Plan) -> Result<MissingThings, Failure> {
        missing(plan, &self.document, &self.observed, &self.deployment.access, &self.limiter).await
    }
}

async fn missing(
    plan: &Plan,
    document: &StateDocument,
    observed: &Observed,
    access: &Access,
    limiter: &RateLimiter,
) -> Result<MissingThings, Failure> {
    let mut created: BTreeMap<&Address, Map<String, Value>> = BTreeMap::new();
    let mut things = MissingThings::new();
    for operation in plan.operations.iter().filter(|operation| operation.creates()) {
        if observed.unfit.contains_key(&operation.address) {
            continue;
        }
        let (address, Some(upsert)) = (&operation.address, operation.upsert()) else { continue };
        let kind = access.implementation(address)?;
        let lookup = |reference: &Reference| match created.get(&reference.address) {
            Some(outputs) => outputs.get(&reference.output).cloned(),
            None => match observed.observation.get(&reference.address) {
                Some(planner::Observed::Present(live)) => live.outputs.get(&reference.output).cloned(),
                Some(planner::Observed::Missing) | None => document.output(reference),
            },
        };
        let (inputs, _) = resolve(&upsert.inputs, &lookup);
        let context = access.context(document, address, operation.generation);
        if kind.provider.needs_things() {
            let look = || kind.provider.missing(&context, &inputs);
            let mut retry = Retry::for_reads(access.propagation);
            let found = retry.attempt(limiter, (kind.name(), CallKind::Read), look).await.map_err(|error| {
                Failure::Resource { address: address.clone(), operation: "look for what it needs", error }
            })?;
            if !found.is_empty() {
                things.insert(address.clone(), found);
            }
        }
        let outputs = kind.kind.known_outputs(&context.identity, &inputs).unwrap_or_default();
        created.insert(address, outputs);
    }
    Ok(things)
}
