//! Checking that a saved plan still fits.

use std::collections::BTreeSet;

use super::data::{Ask, deleted_unnamed};
use super::warnings::over_by_now;
use super::{Failure, LockedDeployment};
use ebbtide::plan::{Plan, Target};
use ebbtide::planner;
use ebbtide::resource::Address;

impl LockedDeployment<'_> {
    /// Checks that state and AWS are still as a saved plan was made from them.
    pub async fn check(&mut self, plan: &Plan) -> Result<(), Failure> {
        let stale = |message: String| Err(Failure::StalePlan(message));
        let document = &self.document;
        let first = document.serial == 0 && plan.serial == 0;
        if document.lineage != plan.lineage && !first {
            return stale("it was made from another state (another lineage)".to_owned());
        }
        if document.serial != plan.serial {
            let (made, now) = (plan.serial, document.serial);
            return stale(format!("it was made from state serial {made}, and the state is at serial {now} now"));
        }
        if plan.scope.account != self.deployment.account {
            let (made, now) = (&plan.scope.account, &self.deployment.account);
            return stale(format!("it was made for account {made}, and the credentials belong to account {now}"));
        }
        if first {
            self.document.lineage.clone_from(&plan.lineage);
            self.document.scope.clone_from(&plan.scope);
            if let Some(key) = &plan.key {
                self.document.key.clone_from(key);
            }
        }
        if let Some(address) = self.of_another_version(plan)? {
            return stale(format!("the kind of {address} has another version than when it was made"));
        }
        if let Some(address) = self.changed_since(plan)? {
            return stale(format!("the source of {address} holds another value than when it was made"));
        }
        if let Some(address) = over_by_now(&self.deployment.access.providers, plan, (self.deployment.clock)()) {
            return stale(format!("the time of {address} has passed since"));
        }
        let tolerant = plan.target != Target::Running;
        self.observed = self.deployment.observe(&self.document, &self.limiter, plan.target, tolerant).await?;
        if self.observed.observation.hash(&self.document) != plan.observation {
            return stale("the resources it was made from have changed in AWS since".to_owned());
        }
        let deleted: BTreeSet<Address> = deleted_unnamed(plan, &self.document).cloned().collect();
        let (access, on_event) = (&self.deployment.access, self.deployment.on_event);
        let ask = Ask { document: &self.document, access, limiter: &self.limiter, tolerant, on_event };
        ask.for_data(deleted.clone(), &mut self.observed).await?;
        for address in deleted {
            if let Some(planner::Observed::Present(live)) = self.observed.observation.get(&address)
                && !access.implementation(&address)?.kind.info().is_job
                && let Some(data) = &live.data
            {
                return stale(format!("{address}, which it deletes, holds {data} by now"));
            }
        }
        Ok(())
    }

    /// Returns the first resource whose inputs would be prepared in another way than they were for a plan, such as a secret
    /// whose source has another value by now.
    fn changed_since<'p>(&self, plan: &'p Plan) -> Result<Option<&'p Address>, Failure> {
        if plan.target != Target::Running {
            return Ok(None);
        }
        for operation in &plan.operations {
            let Some(upsert) = operation.upsert() else { continue };
            let provider = self.deployment.access.implementation(&operation.address)?.provider;
            // A source that does not exist here is reported by the operation, if it needs the source.
            let prepared = provider.prepare(&upsert.inputs, &self.document.key, Some(&upsert.inputs));
            if prepared.is_ok_and(|prepared| prepared != upsert.inputs) {
                return Ok(Some(&operation.address));
            }
        }
        Ok(None)
    }

    /// Returns the first resource whose kind has another version than a plan was made with.
    fn of_another_version<'p>(&self, plan: &'p Plan) -> Result<Option<&'p Address>, Failure> {
        for operation in &plan.operations {
            let kind = self.deployment.access.implementation(&operation.address)?.kind;
            if operation.upsert().is_some_and(|upsert| upsert.version != kind.info().version) {
                return Ok(Some(&operation.address));
            }
        }
        Ok(None)
    }
}
