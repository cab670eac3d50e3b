//! Changing the weights and capacities of an endpoint's variants.

use serde_json::{Value, json};

use super::endpoint_record::{Endpoint, Step};
use super::fleet::Variant;
use super::kind::{CONFIG, ENDPOINT};
use super::store::Record;
use super::transition::Transition;
use super::{limits, managed, serverless};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// UpdateEndpointWeightsAndCapacities.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    let mut endpoint = Endpoint::find_for_change(context, name)?;
    CONFIG.find(context, &endpoint.fleet.endpoint_config_name)?;
    let mut next = endpoint.fleet.clone();
    let asynchronous = next.async_inference_config.is_some();
    let changes = input["DesiredWeightsAndCapacities"].as_array().map(Vec::as_slice).unwrap_or_default();
    // "Updates variant weight of one or more variants […], or capacity of one variant", says the service model.
    if changes.iter().filter(|change| !change["DesiredInstanceCount"].is_null()).count() > 1 {
        return Err(invalid("The capacity of only one variant can be updated at a time."));
    }
    for (index, change) in changes.iter().enumerate() {
        let variant = text(change, "VariantName");
        if changes[..index].iter().any(|earlier| earlier["VariantName"] == change["VariantName"]) {
            return Err(invalid(format!("The variant '{variant}' is named twice.")));
        }
        let found = next.production_variants.iter_mut().find(|known| known.variant_name == variant);
        let Some(found) = found else {
            let arn = ENDPOINT.arn(context, name);
            return Err(invalid(format!("Could not find variant \"{variant}\" of endpoint \"{arn}\".")));
        };
        apply(change, found, asynchronous)?;
    }
    limits::check_resize(&endpoint.fleet, &next, context)?;
    endpoint.modified_ms = context.now_ms;
    endpoint.transition =
        Some(Transition::begin(context, context.durations.endpoint_rescale, Step::Rescale(Box::new(next))));
    endpoint.save(context)?;
    Ok(json!({ "EndpointArn": ENDPOINT.arn(context, name) }))
}

fn apply(change: &Value, variant: &mut Variant, asynchronous: bool) -> Result<(), Fault> {
    let name = &variant.variant_name;
    if let Some(weight) = change["DesiredWeight"].as_f64() {
        variant.weight = weight;
    }
    if let Some(count) = change["DesiredInstanceCount"].as_i64() {
        if variant.serverless.is_some() {
            return Err(invalid(format!("The variant '{name}' is serverless and has no instances.")));
        }
        // Only requests that are queued, or models that come as inference components, can do without an instance.
        let can_rest = asynchronous || variant.declared["ModelName"].is_null();
        if count == 0 && !can_rest {
            return Err(invalid(format!(
                "The desired instance count of the real-time variant '{name}' must be 1 or more."
            )));
        }
        // AWS does not document what it does then. It is refused here, so that a client that sets the number is noticed.
        if managed::bounds(variant).is_some() {
            return Err(invalid(format!(
                "The instance count of the variant '{name}' is set by ManagedInstanceScaling."
            )));
        }
        variant.count = Some(count);
    }
    let update = &change["ServerlessUpdateConfig"];
    if !update.is_null() {
        let Some(settings) = &mut variant.serverless else {
            return Err(invalid(format!("The variant '{name}' is not serverless.")));
        };
        for member in ["MaxConcurrency", "ProvisionedConcurrency"] {
            if !update[member].is_null() {
                settings[member] = update[member].clone();
            }
        }
        serverless::check_concurrency(settings)?;
    }
    Ok(())
}
