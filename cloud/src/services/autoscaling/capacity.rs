//! The capacity of a scaled resource moves into the bounds of its target.
//!
//! "If the specified resource is not active in the target service, this operation does not change the resource's current
//! capacity. Otherwise, it changes the resource's current capacity to a value that is inside of this range" (API reference,
//! RegisterScalableTarget). "At the scheduled time, if the current capacity is below the minimum capacity, Application Auto
//! Scaling scales out to the minimum capacity. If the current capacity is above the maximum capacity, Application Auto Scaling
//! scales in to the maximum capacity" (PutScheduledAction). Auto Scaling does so with the calls of SageMaker that a user has:
//! its service-linked roles may call UpdateEndpointWeightsAndCapacities and UpdateInferenceComponentRuntimeConfig.
//!
//! A suspension of dynamic scaling concerns scaling policies only. Provisioned concurrency is not moved.

use serde_json::{Value, json};

use crate::documents::{CallContext, OwnCall};
use crate::service::Fault;
use crate::services::autoscaling::target_id::INSTANCE_COUNT;
use crate::services::json::text;
use crate::services::sagemaker::{Component, Endpoint, Record};
use crate::services::scalable_targets::{Named, named};

/// Asks SageMaker to bring the capacity of a target's resource into the bounds of the target.
pub fn bring_into_bounds(target: &Value, context: &mut CallContext<'_>) -> Result<(), Fault> {
    let tables = context.other("sagemaker");
    let inside = |count: i64| {
        let least = target["MinCapacity"].as_i64().unwrap_or(count);
        let most = target["MaxCapacity"].as_i64().unwrap_or(count);
        Some(count.max(least).min(most)).filter(|inside| *inside != count)
    };
    let call = match named(text(target, "ResourceId")) {
        Some(Named::Variant { endpoint: name, variant }) if text(target, "ScalableDimension") == INSTANCE_COUNT => {
            let endpoint = Endpoint::standing(&tables, context.now_ms, name)?;
            let count = endpoint.filter(|endpoint| endpoint.status() == "InService").and_then(|endpoint| {
                let count = endpoint.fleet.find(variant)?.count?;
                inside(count)
            });
            count.map(|count| OwnCall {
                service: "sagemaker",
                operation: "UpdateEndpointWeightsAndCapacities",
                input: json!({
                    "EndpointName": name,
                    "DesiredWeightsAndCapacities": [{ "VariantName": variant, "DesiredInstanceCount": count }],
                }),
            })
        }
        Some(Named::Component(name)) => {
            let component = Component::standing(&tables, context.now_ms, name)?;
            let copies = component
                .filter(|component| component.status() == "InService")
                .and_then(|component| inside(component.deployed.copies?));
            copies.map(|copies| OwnCall {
                service: "sagemaker",
                operation: "UpdateInferenceComponentRuntimeConfig",
                input: json!({ "InferenceComponentName": name, "DesiredRuntimeConfig": { "CopyCount": copies } }),
            })
        }
        _ => None,
    };
    context.calls.extend(call);
    Ok(())
}
