//! The record of an endpoint.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fleet::Fleet;
use super::kind::{ENDPOINT, Kind};
use super::store::Record;
use super::traffic;
use super::transition::Transition;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::json::invalid;

/// The transitions of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// Coming up.
    Create,
    /// Moving to another fleet, and back if that fails.
    Update(Box<Fleet>),
    /// Taking on other weights and capacities.
    Rescale(Box<Fleet>),
    /// Going away.
    Delete,
}

/// The record of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    /// Its name.
    pub endpoint_name: String,
    /// When it was created, in milliseconds since the Unix epoch: it distinguishes the record from earlier ones of the
    /// same name.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// How the last transition ended, or how the endpoint was before the one it is in: `InService`, `Failed`,
    /// `UpdateRollbackFailed`.
    pub rest: String,
    /// Why the last transition failed, if it did.
    pub failure_reason: Option<String>,
    /// The deployment configuration that was last given.
    pub last_deployment_config: Option<Value>,
    /// The transition it is in.
    pub transition: Option<Transition<Step>>,
    /// The beginning and the end of the last transition that is over, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub last_transition: Option<(i64, i64)>,
    /// The deployment it runs.
    #[serde(flatten)]
    pub fleet: Fleet,
}

impl Record for Endpoint {
    type Step = Step;

    const KIND: Kind = ENDPOINT;

    fn name(&self) -> &str {
        &self.endpoint_name
    }

    fn transition(&self) -> Option<&Transition<Step>> {
        self.transition.as_ref()
    }

    fn note_end(&self, tables: &mut Tables, now_ms: i64) -> Result<(), Fault> {
        let mut fleet = self.fleet.clone();
        if let Some(transition) = self.transition.as_ref().filter(|transition| transition.is_over(now_ms)) {
            fleet = match &transition.step {
                Step::Create if fleet.fails.is_none() => fleet,
                Step::Update(next) if next.fails.is_none() => next.as_ref().clone(),
                Step::Rescale(next) => next.as_ref().clone(),
                Step::Create | Step::Update(_) | Step::Delete => return Ok(()),
            };
            traffic::runs(tables, &self.endpoint_name, transition.ends_ms, &fleet)?;
        }
        for (index, resize) in fleet.resizes_until(now_ms) {
            fleet.end_resize(index);
            traffic::runs(tables, &self.endpoint_name, resize.ends_ms, &fleet)?;
        }
        Ok(())
    }

    fn is_over(&self, now_ms: i64) -> bool {
        self.transition.as_ref().is_some_and(|transition| transition.is_over(now_ms))
            || !self.fleet.resizes_until(now_ms).is_empty()
    }

    fn settled(mut self, now_ms: i64) -> Option<Self> {
        self = self.after_transition(now_ms)?;
        for (index, _) in self.fleet.resizes_until(now_ms) {
            self.fleet.end_resize(index);
        }
        Some(self)
    }
}

impl Endpoint {
    /// Returns the endpoint after its transition, if that is over; none if it is gone.
    fn after_transition(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        self.modified_ms = transition.ends_ms;
        self.last_transition = Some((transition.begun_ms, transition.ends_ms));
        "InService".clone_into(&mut self.rest);
        match transition.step {
            Step::Delete => return None,
            Step::Rescale(next) => self.fleet = *next,
            Step::Create => {
                self.failure_reason.clone_from(&self.fleet.fails);
                if self.failure_reason.is_some() {
                    "Failed".clone_into(&mut self.rest);
                }
            }
            Step::Update(next) => {
                self.failure_reason.clone_from(&next.fails);
                if next.fails.is_none() {
                    self.fleet = *next;
                } else if next.rollback_fails {
                    "UpdateRollbackFailed".clone_into(&mut self.rest);
                }
            }
        }
        Some(self)
    }

    /// Returns the networks in which it has interfaces, also those of a fleet that comes or goes.
    pub fn networks(&self) -> impl Iterator<Item = &Value> {
        let next = match self.transition.as_ref().map(|transition| &transition.step) {
            Some(Step::Update(next) | Step::Rescale(next)) => Some(&next.networks),
            _ => None,
        };
        self.fleet.networks.iter().chain(next.into_iter().flatten())
    }

    /// Returns whether it was in a transition at an instant, in milliseconds since the Unix epoch. Of the transitions that are
    /// over it knows the last.
    pub fn was_in_transition(&self, at_ms: i64) -> bool {
        let present = self.transition.as_ref().map(|transition| (transition.begun_ms, transition.ends_ms));
        present.into_iter().chain(self.last_transition).any(|(begin, end)| (begin..end).contains(&at_ms))
    }

    /// Returns its status, as long as its transition is not over.
    pub fn status(&self) -> &str {
        match self.transition.as_ref().map(|transition| &transition.step) {
            None => &self.rest,
            Some(Step::Create) => "Creating",
            Some(Step::Update(_) | Step::Rescale(_)) => "Updating",
            Some(Step::Delete) => "Deleting",
        }
    }

    /// Returns the endpoint of a name for a change, which AWS allows only to one that works and is in no transition.
    pub fn find_for_change(context: &CallContext<'_>, name: &str) -> Result<Self, Fault> {
        let endpoint = Self::find(context, name)?;
        endpoint.check_at_rest(context)?;
        if endpoint.rest == "Failed" {
            let arn = ENDPOINT.arn(context, name);
            return Err(invalid(format!("Cannot update failed endpoint \"{arn}\"; it can only be deleted.")));
        }
        Ok(endpoint)
    }

    /// Refuses a change while a transition is under way.
    pub fn check_at_rest(&self, context: &CallContext<'_>) -> Result<(), Fault> {
        if self.transition.is_some() {
            return Err(ENDPOINT.in_progress(context, &self.endpoint_name));
        }
        Ok(())
    }
}
