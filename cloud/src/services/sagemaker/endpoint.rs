//! Endpoints: created, settled, deleted.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fleet::Fleet;
use super::kind::ENDPOINT;
use super::transition::Transition;
use super::{component, damaged, deployment, invalid, network, tags, text};
use crate::documents::{Tables, World};
use crate::service::Fault;

/// What an endpoint in a transition is doing.
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

/// What is remembered of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    /// Its name.
    pub endpoint_name: String,
    /// When it was created, in milliseconds since the Unix epoch: what tells it from others that had its name.
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
    /// What it runs.
    #[serde(flatten)]
    pub fleet: Fleet,
}

impl Endpoint {
    /// The endpoint of that name as it stands at an instant (in milliseconds since the Unix epoch), if there is one. `tables` are SageMaker's, also as
    /// another service sees them.
    pub fn standing(tables: &Tables, now_ms: i64, name: &str) -> Result<Option<Self>, Fault> {
        let Some(record) = tables.get(ENDPOINT.table, name) else { return Ok(None) };
        Ok(read(record)?.settled(now_ms))
    }

    /// The endpoint of that name; settled by then.
    pub fn find(world: &World<'_>, name: &str) -> Result<Self, Fault> {
        read(ENDPOINT.find(world, name)?)
    }

    /// All endpoints, settled by then.
    pub fn all(world: &World<'_>) -> Result<Vec<Self>, Fault> {
        world.own.all(ENDPOINT.table).map(|(_, record)| read(record)).collect()
    }

    /// Remembers it.
    pub fn save(&self, world: &mut World<'_>) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged(&error))?;
        world.own.put(ENDPOINT.table, &self.endpoint_name, record);
        Ok(())
    }

    /// The networks in which it has interfaces, also those of a fleet that comes or goes.
    pub fn networks(&self) -> impl Iterator<Item = &Value> {
        let next = match self.transition.as_ref().map(|transition| &transition.step) {
            Some(Step::Update(next) | Step::Rescale(next)) => Some(&next.networks),
            _ => None,
        };
        self.fleet.networks.iter().chain(next.into_iter().flatten())
    }

    /// Its status, as long as its transition is not over.
    pub fn status(&self) -> &str {
        match self.transition.as_ref().map(|transition| &transition.step) {
            None => &self.rest,
            Some(Step::Create) => "Creating",
            Some(Step::Update(_) | Step::Rescale(_)) => "Updating",
            Some(Step::Delete) => "Deleting",
        }
    }

    /// The endpoint after its transition, if that is over; none if it is gone.
    fn settled(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        self.modified_ms = transition.ends_ms;
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

    /// Refuses a change while a transition is under way.
    pub fn check_at_rest(&self, world: &World<'_>) -> Result<(), Fault> {
        if self.transition.is_some() {
            return Err(ENDPOINT.in_progress(world, &self.endpoint_name));
        }
        Ok(())
    }

    /// Refuses a change that AWS allows only to what works: a failed endpoint can only be deleted.
    pub fn check_alive(&self, world: &World<'_>) -> Result<(), Fault> {
        if self.rest == "Failed" {
            let arn = ENDPOINT.arn(world, &self.endpoint_name);
            return Err(invalid(format!("Cannot update failed endpoint \"{arn}\"; it can only be deleted.")));
        }
        Ok(())
    }
}

fn read(record: &Value) -> Result<Endpoint, Fault> {
    Endpoint::deserialize(record).map_err(|error| damaged(&error))
}

/// The document with the transitions ended that are over, for services that read it between two calls of ours. What
/// cannot be read stays as it is; it is refused when it is asked for.
pub fn settle_seen(tables: &mut Tables, now_ms: i64) {
    let is_over = |endpoint: &Endpoint| endpoint.transition.as_ref().is_some_and(|it| it.is_over(now_ms));
    let read = |(name, record): (&str, &Value)| Some((name.to_owned(), read(record).ok().filter(is_over)?));
    let over: Vec<_> = tables.all(ENDPOINT.table).filter_map(read).collect();
    for (name, endpoint) in over {
        match endpoint.settled(now_ms).map(serde_json::to_value) {
            None => _ = tables.remove(ENDPOINT.table, &name),
            Some(Ok(settled)) => tables.put(ENDPOINT.table, name, settled),
            Some(Err(_)) => {}
        }
    }
}

/// Ends the transitions that are over.
pub fn settle(world: &mut World<'_>) -> Result<(), Fault> {
    let now_ms = world.now_ms;
    for endpoint in Endpoint::all(world)? {
        if !endpoint.transition.as_ref().is_some_and(|transition| transition.is_over(now_ms)) {
            continue;
        }
        let name = endpoint.endpoint_name.clone();
        match endpoint.settled(now_ms) {
            Some(endpoint) => endpoint.save(world)?,
            None => {
                world.own.remove(ENDPOINT.table, &name);
                tags::forget(world, &ENDPOINT.arn(world, &name));
            }
        }
    }
    Ok(())
}

/// CreateEndpoint.
pub fn create(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    ENDPOINT.check_free(world, name)?;
    let fleet = Fleet::of(world, text(input, "EndpointConfigName"))?;
    let deployment = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null());
    if let Some(deployment) = deployment {
        deployment::check(deployment, &fleet)?;
    }
    let arn = ENDPOINT.arn(world, name);
    tags::record(world, &arn, &input["Tags"])?;
    let endpoint = Endpoint {
        endpoint_name: name.to_owned(),
        created_ms: world.now_ms,
        modified_ms: world.now_ms,
        rest: "InService".to_owned(),
        failure_reason: None,
        last_deployment_config: deployment.cloned(),
        transition: Some(Transition::begin(world, Step::Create)),
        fleet,
    };
    endpoint.save(world)?;
    Ok(json!({ "EndpointArn": arn }))
}

/// DeleteEndpoint.
pub fn delete(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    let mut endpoint = Endpoint::find(world, name)?;
    endpoint.check_at_rest(world)?;
    if component::on_endpoint(world, name)? {
        let arn = ENDPOINT.arn(world, name);
        return Err(invalid(format!("Cannot delete endpoint \"{arn}\": it has inference components.")));
    }
    network::keep(&endpoint, world);
    endpoint.transition = Some(Transition::begin(world, Step::Delete));
    endpoint.modified_ms = world.now_ms;
    endpoint.save(world)?;
    Ok(json!({}))
}
