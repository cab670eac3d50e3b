//! The checks before the first change of a run: what its resources need and no stack makes, quotas and permissions. All are made at
//! once, and reported together.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::observe::Observed;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use super::{Access, Failure, LockedDeployment, PlanWithInputs};
use crate::preflight::{self, Check, Finding, Planned, Severity};
use crate::providers::{Implementation, Missing, Needs};
use crate::sdk::{Context, Error};
use ebbtide::plan::Plan;
use ebbtide::planner;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Reference, resolve};

/// What the resources of a plan need and is not there, by resource.
pub type MissingThings = BTreeMap<Address, Vec<Missing>>;

/// What the checks before the first change found.
#[derive(Clone, Debug, Default)]
pub struct Preflight {
    /// What resources need and is not there.
    pub missing: MissingThings,
    /// All other findings.
    pub findings: Vec<Finding>,
}

/// The checks that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// All.
    All,
    /// Only those for what resources need: they name what a command brings.
    Needs,
}

impl Preflight {
    /// Returns all findings, those about missing things first.
    pub fn all(&self) -> Vec<Finding> {
        let things = self.missing.iter().flat_map(|(address, things)| things.iter().map(move |thing| (address, thing)));
        let finding = |(address, thing): (&Address, &Missing)| {
            let addresses = vec![address.clone()];
            Finding::new(Check::Needs, Severity::Error, addresses, thing.problem.clone()).remedy(thing.remedy.clone())
        };
        things.map(finding).chain(self.findings.iter().cloned()).collect()
    }

    /// Returns whether the plan would fail for more than missing things.
    pub fn has_other_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// Makes warnings of the errors that waiting may help against.
    pub fn wait_for_others(&mut self) {
        for finding in self.findings.iter_mut().filter(|finding| finding.may_pass) {
            finding.severity = Severity::Warning;
        }
    }
}

impl PlanWithInputs {
    /// Makes the checks before the first change, for a plan that is only shown.
    pub async fn preflight(&self, access: &Access, checks: Checks, now: Timestamp) -> Result<Preflight, Failure> {
        let inputs = (&self.plan, &self.document, &self.observed);
        preflight(inputs, access, &Arc::default(), checks, (now, true)).await
    }
}

impl LockedDeployment<'_> {
    /// Makes the checks before the first change.
    pub async fn preflight(&self, plan: &Plan, checks: Checks) -> Result<Preflight, Failure> {
        let (access, now) = (&self.deployment.access, (self.deployment.clock)());
        preflight((plan, &self.document, &self.observed), access, &self.limiter, checks, (now, false)).await
    }

    /// Returns what the resources that the plan creates need and is not there.
    pub async fn missing(&self, plan: &Plan) -> Result<MissingThings, Failure> {
        Ok(self.preflight(plan, Checks::Needs).await?.missing)
    }
}

async fn preflight(
    (plan, document, observed): (&Plan, &StateDocument, &Observed),
    access: &Access,
    limiter: &Arc<RateLimiter>,
    checks: Checks,
    (now, is_shown): (Timestamp, bool),
) -> Result<Preflight, Failure> {
    let needs = needs((plan, document, observed), access, limiter);
    match checks {
        Checks::Needs => needs.await,
        Checks::All => {
            let planned = Planned { plan, document, now, is_shown };
            let (needs, findings) = tokio::join!(needs, preflight::check(&access.aws, &access.providers, planned));
            let mut found = needs?;
            found.findings.extend(findings);
            Ok(found)
        }
    }
}

/// A resource whose needs are looked for.
struct Look {
    address: Address,
    implementation: Implementation,
    context: Context,
    inputs: Value,
}

async fn needs(
    inputs: (&Plan, &StateDocument, &Observed),
    access: &Access,
    limiter: &Arc<RateLimiter>,
) -> Result<Preflight, Failure> {
    let mut running = JoinSet::new();
    for look in looks(inputs, access)? {
        let (limiter, propagation) = (Arc::clone(limiter), access.propagation);
        running.spawn(async move {
            let kind = look.implementation.kind.info().name.clone();
            let mut retry = Retry::for_checks(propagation);
            let attempt = || look.implementation.provider.missing(&look.context, &look.inputs);
            let found: Result<Needs, Error> = retry.attempt(&limiter, (&kind, CallKind::Read), attempt).await;
            (look.address, found)
        });
    }
    let mut preflight = Preflight::default();
    let mut unchecked: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for (address, found) in running.join_all().await {
        let needs = match found {
            Ok(needs) => needs,
            Err(error) if error.kind.passes() => Needs { unchecked: vec![error.to_string()], ..Needs::default() },
            Err(error) => return Err(Failure::Resource { address, operation: "look for what it needs", error }),
        };
        if !needs.missing.is_empty() {
            preflight.missing.insert(address.clone(), needs.missing);
        }
        for why in needs.unchecked {
            unchecked.entry(why).or_default().push(address.clone());
        }
    }
    for (why, mut addresses) in unchecked {
        addresses.sort();
        preflight.findings.push(Finding::new(Check::Needs, Severity::Warning, addresses, why));
    }
    Ok(preflight)
}

/// Returns the resources that a plan creates and that need things, with references in their inputs replaced where the values are known.
fn looks(
    (plan, document, observed): (&Plan, &StateDocument, &Observed),
    access: &Access,
) -> Result<Vec<Look>, Failure> {
    let mut created: BTreeMap<&Address, Map<String, Value>> = BTreeMap::new();
    let mut looks = Vec::new();
    for operation in plan.operations.iter().filter(|operation| operation.creates()) {
        if observed.unfit.contains_key(&operation.address) {
            continue;
        }
        let (address, Some(upsert)) = (&operation.address, operation.upsert()) else { continue };
        let implementation = access.implementation(address)?;
        let lookup = |reference: &Reference| match created.get(&reference.address) {
            Some(outputs) => outputs.get(&reference.output).cloned(),
            None => match observed.observation.get(&reference.address) {
                Some(planner::Observed::Present(live)) => live.outputs.get(&reference.output).cloned(),
                Some(planner::Observed::Missing) | None => document.output(reference),
            },
        };
        let (inputs, _) = resolve(&upsert.inputs, &lookup);
        let context = access.context(document, address, operation.generation);
        let outputs = implementation.kind.known_outputs(&context.identity, &inputs).unwrap_or_default();
        created.insert(address, outputs);
        if implementation.provider.needs_things() {
            looks.push(Look { address: address.clone(), implementation, context, inputs });
        }
    }
    Ok(looks)
}
