//! Moving an endpoint to another configuration.

use serde_json::{Value, json};

use super::component_record::Component;
use super::endpoint_record::{Endpoint, Step};
use super::fleet::{Fleet, Variant};
use super::kind::{CONFIG, ENDPOINT};
use super::store::Record;
use super::transition::Transition;
use super::{deployment, limits, managed, network};
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::scalable_targets;

/// UpdateEndpoint.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    let mut endpoint = Endpoint::find_for_change(context, name)?;
    // Without its present configuration SageMaker no longer knows the endpoint's instances.
    CONFIG.find(context, &endpoint.fleet.endpoint_config_name)?;
    let mut next = Fleet::of(context, text(input, "EndpointConfigName"))?;
    let excluded = input["ExcludeRetainedVariantProperties"].as_array();
    if excluded.into_iter().flatten().any(|excluded| excluded["VariantPropertyType"] == "DataCaptureConfig") {
        // "DataCaptureConfig: (Not currently supported.)", says the service model of VariantProperty.
        return Err(invalid("The variant property type DataCaptureConfig is not currently supported."));
    }
    if input["RetainAllVariantProperties"] == true {
        retain(&endpoint.fleet, &mut next, &input["ExcludeRetainedVariantProperties"]);
    }
    check_scalable_targets(context, &endpoint, &next)?;
    check_components(context, &endpoint, &next)?;
    let given = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null()).cloned();
    let deployment = match given {
        None if input["RetainDeploymentConfig"] == true => endpoint.last_deployment_config.take(),
        given => given,
    };
    if let Some(deployment) = &deployment {
        deployment::check(deployment, &next)?;
    }
    limits::check_fleet(&next, context)?;
    // The interfaces of the old fleet go some time after it.
    let takes =
        if next.fails.is_some() { context.durations.endpoint_failure } else { context.durations.endpoint_update };
    managed::keep(&endpoint, &mut next, context.now_ms.saturating_add(milliseconds(takes)), context)?;
    network::keep(endpoint.fleet.networks.clone(), takes, context);
    endpoint.last_deployment_config = deployment;
    endpoint.failure_reason = None;
    endpoint.modified_ms = context.now_ms;
    endpoint.transition = Some(Transition::begin(context, takes, Step::Update(Box::new(next))));
    endpoint.save(context)?;
    Ok(json!({ "EndpointArn": ENDPOINT.arn(context, name) }))
}

/// Keeps the present values of the variants instead of the new configuration's, except for the excluded ones.
fn retain(now: &Fleet, next: &mut Fleet, excluded: &Value) {
    let kept = |property: &str| {
        let mut excluded = excluded.as_array().into_iter().flatten();
        !excluded.any(|excluded| excluded["VariantPropertyType"] == property)
    };
    for variant in &mut next.production_variants {
        let Some(before) = now.find(&variant.variant_name) else { continue };
        if kept("DesiredWeight") {
            variant.weight = before.weight;
        }
        if kept("DesiredInstanceCount") && variant.count.is_some() && before.count.is_some() {
            variant.count = before.count;
        }
    }
}

/// Refuses to pull a variant away from under Application Auto Scaling.
fn check_scalable_targets(context: &CallContext<'_>, endpoint: &Endpoint, next: &Fleet) -> Result<(), Fault> {
    let targets = context.other("application-autoscaling");
    let name = &endpoint.endpoint_name;
    for variant in scalable_targets::registered_variants(&targets, name, endpoint.created_ms) {
        let Some(before) = endpoint.fleet.find(&variant) else { continue };
        let unchanged = next.find(&variant).is_some_and(|after| after.instance_type() == before.instance_type());
        if !unchanged {
            return Err(invalid(format!(
                "The variant(s) \"{variant}\" must be deregistered as scalable targets with AWS Auto Scaling before \
                 they can be removed or have their instance type updated."
            )));
        }
    }
    Ok(())
}

/// Refuses to pull the instances away from under inference components. "An endpoint hosting inference components can't be updated
/// to a different instance type" (a report in a Terraform module that replaces the endpoint instead); the words are this cloud's.
fn check_components(context: &CallContext<'_>, endpoint: &Endpoint, next: &Fleet) -> Result<(), Fault> {
    for component in Component::all(context)?.iter().filter(|one| one.endpoint_name == endpoint.endpoint_name) {
        let variant = &component.variant_name;
        let before = endpoint.fleet.find(variant).and_then(Variant::instance_type);
        let hosts = next.find(variant).filter(|after| after.declared["ModelName"].is_null());
        if hosts.is_none_or(|after| after.instance_type() != before) {
            return Err(invalid(format!(
                "The variant \"{variant}\" hosts the inference component \"{}\", so it can neither be removed nor get another \
                 instance type.",
                component.inference_component_name
            )));
        }
    }
    Ok(())
}
