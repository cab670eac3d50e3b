//! Inference components: models that share the instances of an endpoint.

use serde_json::{Value, json};

use super::component_record::{Component, Step};
use super::endpoint_record::Endpoint;
use super::kind::{COMPONENT, ENDPOINT};
use super::listing::{self, Item};
use super::store::Record;
use super::transition::Transition;
use super::{component_change, component_spec as spec, managed, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateInferenceComponent.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "InferenceComponentName");
    COMPONENT.check_free(context, name)?;
    let endpoint = Endpoint::find(context, text(input, "EndpointName"))?;
    if endpoint.status() != "InService" {
        let arn = ENDPOINT.arn(context, &endpoint.endpoint_name);
        let message = format!("Endpoint \"{arn}\" must be InService to host inference components.");
        return Err(invalid(message));
    }
    spec::check(input, &endpoint.endpoint_name, context)?;
    let base = input["Specification"]["BaseInferenceComponentName"].as_str();
    let variant = match (input["VariantName"].as_str(), base) {
        (Some(variant), _) => variant.to_owned(),
        (None, Some(base)) => Component::find(context, base)?.variant_name,
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
    // stdapi-ai/stdapi.ai#43: a component comes up with a copy at least, and is brought to none afterwards.
    if copies == Some(0) {
        return Err(invalid("Inference components copy count an integer larger than 0"));
    }
    let mut deployed = spec::deployed(input, if base.is_some() { copies } else { Some(copies.unwrap_or(1)) }, context);
    if deployed.fails.is_none() && !managed::has_room(name, &deployed, (&endpoint, &variant), context)? {
        deployed.fails = Some(managed::NO_ROOM.to_owned());
    }
    let arn = COMPONENT.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let component = Component {
        inference_component_name: name.to_owned(),
        endpoint_name: endpoint.endpoint_name,
        variant_name: variant,
        created_ms: context.now_ms,
        modified_ms: context.now_ms,
        failure_reason: None,
        came_up: false,
        last_deployment_config: None,
        transition: Some(Transition::begin(context, context.durations.component_change, Step::Create)),
        deployed,
    };
    component_change::under_way(component, context)?;
    Ok(json!({ "InferenceComponentArn": arn }))
}

/// DescribeInferenceComponent.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let component = Component::find(context, text(input, "InferenceComponentName"))?;
    let mut shown = summary(&component, context);
    spec::show(&component.deployed, &mut shown);
    if let Some(copies) = component.deployed.copies {
        let desired = match component.transition.as_ref().map(|transition| &transition.step) {
            Some(Step::Update(next)) => next.copies.unwrap_or(copies),
            _ => copies,
        };
        shown["RuntimeConfig"] = json!({ "DesiredCopyCount": desired, "CurrentCopyCount": component.running() });
    }
    if let Some(reason) = &component.failure_reason {
        shown["FailureReason"] = json!(reason);
    }
    if let Some(deployment) = &component.last_deployment_config {
        shown["LastDeploymentConfig"] = deployment.clone();
    }
    Ok(shown)
}

/// Returns the members that a description and an item of a list share.
fn summary(component: &Component, context: &CallContext<'_>) -> Value {
    let name = &component.inference_component_name;
    json!({
        "InferenceComponentName": name,
        "InferenceComponentArn": COMPONENT.arn(context, name),
        "EndpointName": component.endpoint_name,
        "EndpointArn": ENDPOINT.arn(context, &component.endpoint_name),
        "VariantName": component.variant_name,
        "InferenceComponentStatus": component.status(),
        "CreationTime": clock::seconds(component.created_ms),
        "LastModifiedTime": clock::seconds(component.modified_ms),
    })
}

/// ListInferenceComponents.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let equals = |member: &str, value: &str| input[member].as_str().is_none_or(|asked| asked == value);
    let item = |component: Component| Item {
        created_ms: component.created_ms,
        modified_ms: component.modified_ms,
        status: component.status().to_owned(),
        summary: summary(&component, context),
        name: component.inference_component_name,
    };
    let asked = |component: &Component| {
        equals("EndpointNameEquals", &component.endpoint_name) && equals("VariantNameEquals", &component.variant_name)
    };
    let components = Component::all(context)?.into_iter().filter(asked).map(item).collect();
    listing::respond(input, "InferenceComponents", components)
}
