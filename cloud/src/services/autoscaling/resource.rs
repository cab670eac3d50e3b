//! Scalable resources: variants of endpoints and inference components, as SageMaker has them now.

use serde_json::Value;

use super::target_id::{COPY_COUNT, INSTANCE_COUNT, PROVISIONED_CONCURRENCY, TargetId};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::sagemaker::{Component, Endpoint, Record};
use crate::services::scalable_targets::{Named, named};

/// Instances that gain capacity by themselves under load, so that AWS does not scale them.
const BURSTABLE: [&str; 2] = ["ml.t2.", "ml.t3."];

/// Checks that a target can be registered, and returns the creation of its resource, in milliseconds since the Unix
/// epoch, which distinguishes it from a later one of the same name.
pub fn check(id: &TargetId, context: &CallContext<'_>) -> Result<i64, Fault> {
    if id.namespace != "sagemaker" {
        let message = format!("The embedded cloud has no scalable resources of {}", id.namespace);
        return Err(invalid(message));
    }
    let named = named(&id.resource).ok_or_else(|| unsupported(id))?;
    if matches!(named, Named::Component(_)) != (id.dimension == COPY_COUNT) {
        return Err(unsupported(id));
    }
    let tables = context.other("sagemaker");
    let missing = || invalid(format!("The resource {} does not exist", id.resource));
    match named {
        Named::Component(name) => {
            let component = Component::standing(&tables, context.now_ms, name)?.ok_or_else(missing)?;
            if component.status() == "Deleting" {
                return Err(missing());
            }
            Ok(component.created_ms)
        }
        Named::Variant { endpoint, variant } => {
            let endpoint = Endpoint::standing(&tables, context.now_ms, endpoint)?.ok_or_else(missing)?;
            let variant = endpoint.fleet.find(variant).ok_or_else(missing)?;
            if endpoint.status() == "Deleting" {
                return Err(missing());
            }
            let fitting = if variant.serverless.is_some() { PROVISIONED_CONCURRENCY } else { INSTANCE_COUNT };
            if id.dimension != fitting {
                let message = format!("The resource {} can only be scaled in {fitting}", id.resource);
                return Err(invalid(message));
            }
            let instance_type = variant.instance_type().unwrap_or_default();
            if BURSTABLE.iter().any(|family| instance_type.starts_with(family)) {
                return Err(invalid(format!("Instances of type {instance_type} do not support automatic scaling")));
            }
            Ok(endpoint.created_ms)
        }
    }
}

/// Returns whether the resource that a target was registered for is still there, and not being deleted.
pub fn stands(target: &Value, tables: &Tables, context: &CallContext<'_>) -> Result<bool, Fault> {
    let created = target["ResourceCreatedMs"].as_i64();
    Ok(match named(text(target, "ResourceId")) {
        None => false,
        Some(Named::Component(name)) => Component::standing(tables, context.now_ms, name)?
            .is_some_and(|component| Some(component.created_ms) == created && component.status() != "Deleting"),
        Some(Named::Variant { endpoint, variant }) => Endpoint::standing(tables, context.now_ms, endpoint)?
            .is_some_and(|endpoint| {
                Some(endpoint.created_ms) == created
                    && endpoint.status() != "Deleting"
                    && endpoint.fleet.find(variant).is_some()
            }),
    })
}

fn unsupported(id: &TargetId) -> Fault {
    let message = format!(
        "Unsupported service namespace, resource type or scalable dimension: {}, {}, {}",
        id.namespace, id.resource, id.dimension
    );
    invalid(message)
}
