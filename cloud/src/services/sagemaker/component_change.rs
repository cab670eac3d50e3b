//! Changing and deleting inference components.

use serde_json::{Value, json};

use super::component::{Component, Deployed, Step};
use super::component_spec as spec;
use super::kind::COMPONENT;
use super::transition::Transition;
use super::{invalid, text};
use crate::documents::World;
use crate::service::Fault;

/// UpdateInferenceComponent.
pub fn update(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    spec::check_not_empty(input)?;
    let mut component = at_rest(input, world)?;
    let mut next = component.deployed.clone();
    if !input["Specification"].is_null() || !input["Specifications"].is_null() {
        spec::check(input, &component.endpoint_name, world)?;
        if component.base() != input["Specification"]["BaseInferenceComponentName"].as_str() {
            return Err(invalid("The base of an inference component cannot be changed."));
        }
        next = spec::deployed(input, None, world);
    }
    next.copies = spec::copies(&input["RuntimeConfig"], &component.deployed)?;
    let deployment = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null());
    if let Some(deployment) = deployment {
        component.last_deployment_config = Some(deployment.clone());
    }
    begin(component, next, world)
}

/// UpdateInferenceComponentRuntimeConfig.
pub fn update_runtime(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let component = at_rest(input, world)?;
    let copies = spec::copies(&input["DesiredRuntimeConfig"], &component.deployed)?;
    let next = Deployed { copies, ..component.deployed.clone() };
    begin(component, next, world)
}

/// DeleteInferenceComponent.
pub fn delete(input: &Value, world: &mut World<'_>) -> Result<Value, Fault> {
    let mut component = at_rest(input, world)?;
    let name = component.inference_component_name.as_str();
    if let Some(adapter) = Component::all(world)?.iter().find(|other| other.base() == Some(name)) {
        let message = format!(
            "Cannot delete inference component \"{}\": the adapter \"{}\" is loaded by it.",
            COMPONENT.arn(world, name),
            adapter.inference_component_name
        );
        return Err(invalid(message));
    }
    component.transition = Some(Transition::begin(world, Step::Delete));
    component.modified_ms = world.now_ms;
    component.save(world)?;
    Ok(json!({}))
}

/// The component that an input names, if it is in no transition.
fn at_rest(input: &Value, world: &World<'_>) -> Result<Component, Fault> {
    let component = Component::find(world, text(input, "InferenceComponentName"))?;
    if component.transition.is_some() {
        return Err(COMPONENT.in_progress(world, &component.inference_component_name));
    }
    Ok(component)
}

fn begin(mut component: Component, next: Deployed, world: &mut World<'_>) -> Result<Value, Fault> {
    component.modified_ms = world.now_ms;
    component.transition = Some(Transition::begin(world, Step::Update(Box::new(next))));
    component.save(world)?;
    Ok(json!({ "InferenceComponentArn": COMPONENT.arn(world, &component.inference_component_name) }))
}
