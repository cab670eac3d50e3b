//! Changing and deleting inference components.

use serde_json::{Value, json};

use super::component_record::{Component, Deployed, Step};
use super::component_spec as spec;
use super::endpoint_record::Endpoint;
use super::kind::COMPONENT;
use super::managed;
use super::store::Record;
use super::transition::Transition;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// UpdateInferenceComponent.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    spec::check_not_empty(input)?;
    let mut component = at_rest(input, "update", context)?;
    let mut next = component.deployed.clone();
    if !input["Specification"].is_null() || !input["Specifications"].is_null() {
        spec::check(input, &component.endpoint_name, context)?;
        if component.base() != input["Specification"]["BaseInferenceComponentName"].as_str() {
            return Err(invalid("The base of an inference component cannot be changed."));
        }
        next = spec::deployed(input, None, context);
    }
    next.copies = spec::copies(&input["RuntimeConfig"], &component.deployed)?;
    if let Ok(endpoint) = Endpoint::find(context, &component.endpoint_name) {
        let name = &component.inference_component_name;
        if next.fails.is_none() && !managed::has_room(name, &next, (&endpoint, &component.variant_name), context)? {
            next.fails = Some(managed::NO_ROOM.to_owned());
        }
    }
    let deployment = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null());
    if let Some(deployment) = deployment {
        component.last_deployment_config = Some(deployment.clone());
    }
    begin(component, next, context)
}

/// UpdateInferenceComponentRuntimeConfig.
pub fn update_runtime(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let component = at_rest(input, "update", context)?;
    let copies = spec::copies(&input["DesiredRuntimeConfig"], &component.deployed)?;
    let next = Deployed { copies, ..component.deployed.clone() };
    begin(component, next, context)
}

/// DeleteInferenceComponent.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut component = at_rest(input, "delete", context)?;
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
    under_way(component, context)?;
    Ok(json!({}))
}

/// Returns the component that an input names, if it is in no transition.
fn at_rest(input: &Value, verb: &str, context: &CallContext<'_>) -> Result<Component, Fault> {
    let component = Component::find(context, text(input, "InferenceComponentName"))?;
    // `Cannot delete inference component … while it is in state CREATE_IN_PROGRESS`, and `UPDATE_RC_IN_PROGRESS` while its copies
    // change (the skill that `managed.rs` cites).
    let state = match component.transition.as_ref().map(|transition| &transition.step) {
        None => return Ok(component),
        Some(Step::Create) => "CREATE_IN_PROGRESS",
        Some(Step::Update(_)) => "UPDATE_RC_IN_PROGRESS",
        Some(Step::Delete) => "DELETE_IN_PROGRESS",
    };
    let arn = COMPONENT.arn(context, &component.inference_component_name);
    Err(invalid(format!("Cannot {verb} inference component \"{arn}\" while it is in state {state}.")))
}

/// Stores a component whose transition has begun, and lets the instances of its variant follow.
pub fn under_way(mut component: Component, context: &mut CallContext<'_>) -> Result<(), Fault> {
    component.save(context)?;
    let Some(transition) = &mut component.transition else { return Ok(()) };
    if managed::follow(&component.endpoint_name, &component.variant_name, transition.ends_ms, context)? {
        transition.ends_ms = transition.ends_ms.saturating_add(milliseconds(context.durations.endpoint_rescale));
        component.save(context)?;
    }
    Ok(())
}

fn begin(mut component: Component, next: Deployed, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    component.modified_ms = context.now_ms;
    component.transition =
        Some(Transition::begin(context, context.durations.component_change, Step::Update(Box::new(next))));
    let arn = COMPONENT.arn(context, &component.inference_component_name);
    under_way(component, context)?;
    Ok(json!({ "InferenceComponentArn": arn }))
}
