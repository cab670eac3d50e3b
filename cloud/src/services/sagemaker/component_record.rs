//! The record of an inference component.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{COMPONENT, Kind};
use super::store::Record;
use super::transition::Transition;
use crate::documents::CallContext;
use crate::service::Fault;

/// The deployment of a component: its specifications and its number of copies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deployed {
    /// The specification, if there is one for all instance types.
    pub specification: Value,
    /// The specifications by instance type, if there are several.
    pub specifications: Value,
    /// How many copies are desired; an adapter has as many as its base and says nothing.
    pub copies: Option<i64>,
    /// The image of each specification as `DeployedImage` describes it; none where an adapter brings none.
    pub images: Vec<Option<Value>>,
    /// Why it cannot come into service, if it cannot.
    pub fails: Option<String>,
}

/// The transitions of a component.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// Coming up.
    Create,
    /// Moving to another specification or number of copies.
    Update(Box<Deployed>),
    /// Going away.
    Delete,
}

/// The record of an inference component.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Component {
    /// Its name.
    pub inference_component_name: String,
    /// The endpoint that hosts it.
    pub endpoint_name: String,
    /// The variant that hosts it.
    pub variant_name: String,
    /// When it was created, in milliseconds since the Unix epoch: it distinguishes the record from earlier ones of the
    /// same name.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// Why the last transition failed, if it did.
    pub failure_reason: Option<String>,
    /// Whether it has been in service.
    #[serde(default)]
    pub came_up: bool,
    /// The deployment configuration that was last given.
    pub last_deployment_config: Option<Value>,
    /// The transition it is in.
    pub transition: Option<Transition<Step>>,
    /// The deployment it runs.
    #[serde(flatten)]
    pub deployed: Deployed,
}

impl Record for Component {
    type Step = Step;

    const KIND: Kind = COMPONENT;

    fn name(&self) -> &str {
        &self.inference_component_name
    }

    fn transition(&self) -> Option<&Transition<Step>> {
        self.transition.as_ref()
    }

    fn settled(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        self.modified_ms = transition.ends_ms;
        match transition.step {
            Step::Delete => return None,
            Step::Create => {
                self.failure_reason.clone_from(&self.deployed.fails);
                self.came_up = self.failure_reason.is_none();
            }
            Step::Update(next) => {
                self.failure_reason.clone_from(&next.fails);
                // If it fails, the copies that run are kept.
                if next.fails.is_none() {
                    self.deployed = *next;
                }
            }
        }
        Some(self)
    }
}

impl Component {
    /// Returns its status, as long as its transition is not over.
    pub fn status(&self) -> &'static str {
        match self.transition.as_ref().map(|transition| &transition.step) {
            None if self.failure_reason.is_some() => "Failed",
            None => "InService",
            Some(Step::Create) => "Creating",
            Some(Step::Update(_)) => "Updating",
            Some(Step::Delete) => "Deleting",
        }
    }

    /// Returns the number of its copies that run.
    pub fn running(&self) -> i64 {
        match self.status() {
            "Creating" => 0,
            "Failed" if !self.came_up => 0,
            _ => self.deployed.copies.unwrap_or_default(),
        }
    }

    /// Returns the component that this one, an adapter, is loaded by.
    pub fn base(&self) -> Option<&str> {
        self.deployed.specification["BaseInferenceComponentName"].as_str()
    }
}

/// Returns whether an endpoint hosts any component.
pub fn on_endpoint(context: &CallContext<'_>, endpoint: &str) -> Result<bool, Fault> {
    Ok(Component::all(context)?.iter().any(|component| component.endpoint_name == endpoint))
}
