//! Inference components: models that share the instances of an endpoint.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::component_spec as spec;
use super::endpoint::Endpoint;
use super::kind::{COMPONENT, ENDPOINT};
use super::listing::{self, Item};
use super::transition::Transition;
use super::{damaged, invalid, tags, text, time};
use crate::documents::{Tables, World};
use crate::service::Fault;

/// What a component runs, and how often.
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

/// What a component in a transition is doing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// Coming up.
    Create,
    /// Moving to another specification or number of copies.
    Update(Box<Deployed>),
    /// Going away.
    Delete,
}

/// What is remembered of an inference component.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Component {
    /// Its name.
    pub inference_component_name: String,
    /// The endpoint that hosts it.
    pub endpoint_name: String,
    /// The variant that hosts it.
    pub variant_name: String,
    /// When it was created, in milliseconds since the Unix epoch: what tells it from others that had its name.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// Why the last transition failed, if it did.
    pub failure_reason: Option<String>,
    /// The deployment configuration that was last given.
    pub last_deployment_config: Option<Value>,
    /// The transition it is in.
    pub transition: Option<Transition<Step>>,
    /// What it runs.
    #[serde(flatten)]
    pub deployed: Deployed,
}

impl Component {
    /// The component of that name as it stands at an instant (in milliseconds since the Unix epoch), if there is one. `tables` are SageMaker's, also as
    /// another service sees them.
    pub fn standing(tables: &Tables, now_ms: i64, name: &str) -> Result<Option<Self>, Fault> {
        let Some(record) = tables.get(COMPONENT.table, name) else { return Ok(None) };
        Ok(read(record)?.settled(now_ms))
    }

    /// The component of that name; settled by then.
    pub fn find(world: &World<'_>, name: &str) -> Result<Self, Fault> {
        read(COMPONENT.find(world, name)?)
    }

    /// All components, settled by then.
    pub fn all(world: &World<'_>) -> Result<Vec<Self>, Fault> {
        world.own.all(COMPONENT.table).map(|(_, record)| read(record)).collect()
    }

    /// Remembers it.
    pub fn save(&self, world: &mut World<'_>) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| damaged(&error))?;
        world.own.put(COMPONENT.table, &self.inference_component_name, record);
        Ok(())
    }

    /// Its status, as long as its transition is not over.
    pub fn status(&self) -> &'static str {
        match self.transition.as_ref().map(|transition| &transition.step) {
            None if self.failure_reason.is_some() => "Failed",
            None => "InService",
            Some(Step::Create) => "Creating",
            Some(Step::Update(_)) => "Updating",
            Some(Step::Delete) => "Deleting",
        }
    }

    /// The component after its transition, if that is over; none if it is gone.
    fn settled(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        self.modified_ms = transition.ends_ms;
        match transition.step {
            Step::Delete => return None,
            Step::Create => self.failure_reason = self.deployed.fails.clone(),
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

    /// The component that this one, an adapter, is loaded by.
    pub fn base(&self) -> Option<&str> {
        self.deployed.specification["BaseInferenceComponentName"].as_str()
    }
}

fn read(record: &Value) -> Result<Component, Fault> {
    Component::deserialize(record).map_err(|error| damaged(&error))
}

/// The document with the transitions ended that are over, for services that read it between two calls of ours. What
/// cannot be read stays as it is; it is refused when it is asked for.
pub fn settle_seen(tables: &mut Tables, now_ms: i64) {
    let is_over = |component: &Component| component.transition.as_ref().is_some_and(|it| it.is_over(now_ms));
    let read = |(name, record): (&str, &Value)| Some((name.to_owned(), read(record).ok().filter(is_over)?));
    let over: Vec<_> = tables.all(COMPONENT.table).filter_map(read).collect();
    for (name, component) in over {
        match component.settled(now_ms).map(serde_json::to_value) {
            None => _ = tables.remove(COMPONENT.table, &name),
            Some(Ok(settled)) => tables.put(COMPONENT.table, name, settled),
            Some(Err(_)) => {}
        }
    }
}

/// Ends the transitions that are over.
pub fn settle(world: &mut World<'_>) -> Result<(), Fault> {
    let now_ms = world.now_ms;
    for component in Component::all(world)? {
        if !component.transition.as_ref().is_some_and(|transition| transition.is_over(now_ms)) {
            continue;
        }
        let name = component.inference_component_name.clone();
        match component.settled(now_ms) {
            Some(component) => component.save(world)?,
            None => {
                world.own.remove(COMPONENT.table, &name);
                tags::forget(world, &COMPONENT.arn(world, &name));
            }
        }
    }
    Ok(())
}

/// Whether an endpoint hosts any component.
pub fn on_endpoint(world: &World<'_>, endpoint: &str) -> Result<bool, Fault> {
    Ok(Component::all(world)?.iter().any(|component| component.endpoint_name == endpoint))
}

/// CreateInferenceComponent.
pub fn create(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let name = text(input, "InferenceComponentName");
    COMPONENT.check_free(world, name)?;
    let endpoint = Endpoint::find(world, text(input, "EndpointName"))?;
    if endpoint.status() != "InService" {
        let arn = ENDPOINT.arn(world, &endpoint.endpoint_name);
        let message = format!("Endpoint \"{arn}\" must be InService to host inference components.");
        return Err(invalid(message));
    }
    spec::check(input, &endpoint.endpoint_name, world)?;
    let base = input["Specification"]["BaseInferenceComponentName"].as_str();
    let variant = match (input["VariantName"].as_str(), base) {
        (Some(variant), _) => variant.to_owned(),
        (None, Some(base)) => Component::find(world, base)?.variant_name,
        (None, None) => return Err(invalid("You must provide a VariantName.")),
    };
    match endpoint.fleet.find(&variant) {
        None => return Err(invalid(format!("Could not find variant \"{variant}\" of the endpoint."))),
        Some(found) if !found.declared["ModelName"].is_null() => {
            let message = format!("The variant \"{variant}\" has a model, so it cannot host inference components.");
            return Err(invalid(message));
        }
        Some(_) => {}
    }
    let copies = input["RuntimeConfig"]["CopyCount"].as_i64();
    let arn = COMPONENT.arn(world, name);
    tags::record(world, &arn, &input["Tags"])?;
    let component = Component {
        inference_component_name: name.to_owned(),
        endpoint_name: endpoint.endpoint_name,
        variant_name: variant,
        created_ms: world.now_ms,
        modified_ms: world.now_ms,
        failure_reason: None,
        last_deployment_config: None,
        transition: Some(Transition::begin(world, Step::Create)),
        deployed: spec::deployed(input, if base.is_some() { copies } else { Some(copies.unwrap_or(1)) }, world),
    };
    component.save(world)?;
    Ok(json!({ "InferenceComponentArn": arn }))
}

/// DescribeInferenceComponent.
pub fn describe(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let component = Component::find(world, text(input, "InferenceComponentName"))?;
    let name = &component.inference_component_name;
    let mut shown = json!({
        "InferenceComponentName": name,
        "InferenceComponentArn": COMPONENT.arn(world, name),
        "EndpointName": component.endpoint_name,
        "EndpointArn": ENDPOINT.arn(world, &component.endpoint_name),
        "VariantName": component.variant_name,
        "InferenceComponentStatus": component.status(),
        "CreationTime": time::seconds(component.created_ms),
        "LastModifiedTime": time::seconds(component.modified_ms),
    });
    spec::show(&component.deployed, &mut shown);
    if let Some(copies) = component.deployed.copies {
        let (current, desired) = match component.transition.as_ref().map(|transition| &transition.step) {
            Some(Step::Create) => (0, copies),
            Some(Step::Update(next)) => (copies, next.copies.unwrap_or(copies)),
            _ if component.status() == "Failed" => (0, copies),
            _ => (copies, copies),
        };
        shown["RuntimeConfig"] = json!({ "DesiredCopyCount": desired, "CurrentCopyCount": current });
    }
    if let Some(reason) = &component.failure_reason {
        shown["FailureReason"] = json!(reason);
    }
    if let Some(deployment) = &component.last_deployment_config {
        shown["LastDeploymentConfig"] = deployment.clone();
    }
    Ok(shown)
}

/// ListInferenceComponents.
pub fn list(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let equals = |member: &str, value: &str| input[member].as_str().is_none_or(|asked| asked == value);
    let item = |component: Component| Item {
        created_ms: component.created_ms,
        modified_ms: component.modified_ms,
        status: component.status().to_owned(),
        summary: json!({
            "InferenceComponentName": component.inference_component_name,
            "InferenceComponentArn": COMPONENT.arn(world, &component.inference_component_name),
            "EndpointName": component.endpoint_name,
            "EndpointArn": ENDPOINT.arn(world, &component.endpoint_name),
            "VariantName": component.variant_name,
            "InferenceComponentStatus": component.status(),
            "CreationTime": time::seconds(component.created_ms),
            "LastModifiedTime": time::seconds(component.modified_ms),
        }),
        name: component.inference_component_name,
    };
    let asked = |component: &Component| {
        equals("EndpointNameEquals", &component.endpoint_name) && equals("VariantNameEquals", &component.variant_name)
    };
    let components = Component::all(world)?.into_iter().filter(asked).map(item).collect();
    listing::answer(input, "InferenceComponents", components)
}
