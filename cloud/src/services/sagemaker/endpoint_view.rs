//! How an endpoint is described.

use serde_json::{Value, json};

use super::endpoint_record::{Endpoint, Step};
use super::fleet::{Fleet, Variant};
use super::kind::ENDPOINT;
use super::store::Record;
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// DescribeEndpoint.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    let endpoint = Endpoint::find(context, name)?;
    let fleet = &endpoint.fleet;
    let mut shown = json!({
        "EndpointName": name,
        "EndpointArn": ENDPOINT.arn(context, name),
        "EndpointConfigName": fleet.endpoint_config_name,
        "EndpointStatus": endpoint.status(),
        "CreationTime": clock::seconds(endpoint.created_ms),
        "LastModifiedTime": clock::seconds(endpoint.modified_ms),
        "ProductionVariants": variants(&endpoint, &fleet.production_variants),
    });
    let shadows = Some(&fleet.shadow_production_variants).filter(|shadows| !shadows.is_empty());
    let capture = fleet.data_capture_config.as_ref();
    let optional = [
        ("ShadowProductionVariants", shadows.map(|shadows| variants(&endpoint, shadows))),
        ("DataCaptureConfig", capture.map(|capture| captured(capture, endpoint.status()))),
        ("AsyncInferenceConfig", fleet.async_inference_config.clone()),
        ("ExplainerConfig", fleet.explainer_config.clone()),
        ("MetricsConfig", fleet.metrics_config.clone()),
        ("LastDeploymentConfig", endpoint.last_deployment_config.clone()),
        ("FailureReason", endpoint.failure_reason.as_ref().map(|reason| json!(reason))),
        ("PendingDeploymentSummary", pending(&endpoint)),
    ];
    for (member, value) in optional {
        if let Some(value) = value {
            shown[member] = value;
        }
    }
    Ok(shown)
}

fn variants(endpoint: &Endpoint, variants: &[Variant]) -> Value {
    let step = endpoint.transition.as_ref().map(|transition| (&transition.step, transition.begun_ms));
    let shown = |variant: &Variant| {
        let name = &variant.variant_name;
        match step {
            Some((Step::Create, since)) => summary(variant, None, variant, Some(("Creating", since))),
            Some((Step::Rescale(next), since)) => {
                let desired = next.find(name).unwrap_or(variant);
                summary(variant, Some(variant), desired, Some(("Updating", since)))
            }
            Some((Step::Update(_), since)) => summary(variant, Some(variant), variant, Some(("Updating", since))),
            Some((Step::Delete, since)) => summary(variant, Some(variant), variant, Some(("Deleting", since))),
            None => summary(variant, Some(variant), variant, None),
        }
    };
    variants.iter().map(shown).collect()
}

/// Returns a variant with its present and its desired values.
fn summary(variant: &Variant, current: Option<&Variant>, desired: &Variant, doing: Option<(&str, i64)>) -> Value {
    let mut shown = json!({
        "VariantName": variant.variant_name,
        "DeployedImages": variant.deployed_images,
        "CurrentWeight": current.map_or(0.0, |current| current.weight),
        "DesiredWeight": desired.weight,
        "CurrentInstanceCount": current.and_then(|current| current.count).unwrap_or(0),
        "DesiredInstanceCount": desired.resize.as_ref().map(|resize| resize.count).or(desired.count).unwrap_or(0),
    });
    if let Some(settings) = current.and_then(|current| current.serverless.as_ref()) {
        shown["CurrentServerlessConfig"] = settings.clone();
    }
    if let Some(settings) = &desired.serverless {
        shown["DesiredServerlessConfig"] = settings.clone();
    }
    for member in ["ManagedInstanceScaling", "RoutingConfig", "CapacityReservationConfig"] {
        if !variant.declared[member].is_null() {
            shown[member] = variant.declared[member].clone();
        }
    }
    if let Some(pools) = variant.declared["InstancePools"].as_array() {
        // All instances come from the pool of the first priority.
        let first = pools.iter().min_by_key(|pool| pool["Priority"].as_i64());
        let count = |pool: &Value| if Some(pool) == first { shown["CurrentInstanceCount"].clone() } else { json!(0) };
        let pools: Vec<Value> = pools
            .iter()
            .map(|pool| json!({ "InstanceType": pool["InstanceType"], "CurrentInstanceCount": count(pool) }))
            .collect();
        shown["InstancePools"] = json!(pools);
    }
    if let Some((status, since)) = doing {
        shown["VariantStatus"] = json!([{ "Status": status, "StartTime": clock::seconds(since) }]);
    }
    shown
}

/// Returns the fleet that is being made, while the endpoint is updated.
fn pending(endpoint: &Endpoint) -> Option<Value> {
    let transition = endpoint.transition.as_ref()?;
    let Step::Update(next) = &transition.step else { return None };
    let shown = |variants: &[Variant]| -> Value {
        let one = |variant: &Variant| {
            let mut shown = summary(variant, None, variant, Some(("Creating", transition.begun_ms)));
            for member in ["InstanceType", "AcceleratorType"] {
                if !variant.declared[member].is_null() {
                    shown[member] = variant.declared[member].clone();
                }
            }
            shown
        };
        variants.iter().map(one).collect()
    };
    let fleet: &Fleet = next;
    let mut summary = json!({
        "EndpointConfigName": fleet.endpoint_config_name,
        "StartTime": clock::seconds(transition.begun_ms),
        "ProductionVariants": shown(&fleet.production_variants),
    });
    if !fleet.shadow_production_variants.is_empty() {
        summary["ShadowProductionVariants"] = shown(&fleet.shadow_production_variants);
    }
    Some(summary)
}

fn captured(capture: &Value, status: &str) -> Value {
    let enabled = capture["EnableCapture"].as_bool().unwrap_or(false);
    let works = enabled && !matches!(status, "Creating" | "Failed");
    json!({
        "EnableCapture": enabled,
        "CaptureStatus": if works { "Started" } else { "Stopped" },
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": text(capture, "KmsKeyId"),
    })
}
