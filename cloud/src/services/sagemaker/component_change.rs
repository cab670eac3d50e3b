//! Changing and deleting inference components.

use serde_json::{Value, json};

use super::component_record::{Component, Deployed, Step};
use super::component_spec as spec;
use super::kind::COMPONENT;
use super::store::Record;
use super::transition::Transition;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// UpdateInferenceComponent.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    spec::check_not_empty(input)?;
    let mut component = at_rest(input, context)?;
    let mut next = component.deployed.clone();
    if !input["Specification"].is_null() || !input["Specifications"].is_null() {
        spec::check(input, &component.endpoint_name, context)?;
        if component.base() != input["Specification"]["BaseInferenceComponentName"].as_str() {
            return Err(invalid("The base of an inference component cannot be changed."));
        }
        next = spec::deployed(input, None, context);
    }
    next.copies = spec::copies(&input["RuntimeConfig"], &component.deployed)?;
    let deployment = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null());
    if let Some(deployment) = deployment {
        component.last_deployment_config = Some(deployment.clone());
    }
    begin(component, next, context)
}

/// UpdateInferenceComponentRuntimeConfig.
pub fn update_runtime(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let component = at_rest(input, context)?;
    let copies = spec::copies(&input["DesiredRuntimeConfig"], &component.deployed)?;
    let next = Deployed { copies, ..component.deployed.clone() };
    begin(component, next, context)
}

/// DeleteInferenceComponent.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut component = at_rest(input, context)?;
    let name = component.inference_component_name.as_str();
    if let Some(adapter) = Component::all(context)?.iter().find(|other| other.base() == Some(name)) {
        let message = format!(
            "Cannot delete inference component \"{}\": the adapter \"{}\" is loaded by it.",
            COMPONENT.arn(context, name),
            adapter.inference_component_name
        );
        return Err(invalid(message));
    }
    component.transition = Some(Transition::begin(context, context.durations.component_change, Step::Delete));
    component.modified_ms = context.now_ms;
    component.save(context)?;
    Ok(json!({}))
}

/// Returns the component that an input names, if it is in no transition.
fn at_rest(input: &Value, context: &CallContext<'_>) -> Result<Component, Fault> {
    let component = Component::find(context, text(input, "InferenceComponentName"))?;
    if component.transition.is_some() {
        return Err(COMPONENT.in_progress(context, &component.inference_component_name));
    }
    Ok(component)
}

fn begin(mut component: Component, next: Deployed, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    component.modified_ms = context.now_ms;
    component.transition =
        Some(Transition::begin(context, context.durations.component_change, Step::Update(Box::new(next))));
    component.save(context)?;
    Ok(json!({ "InferenceComponentArn": COMPONENT.arn(context, &component.inference_component_name) }))
}
