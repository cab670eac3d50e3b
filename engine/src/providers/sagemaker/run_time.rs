//! The run-time state of an endpoint: its capacity, and the auto scaling that an update takes off. It is recorded before a
//! pause and before an update, and restored afterwards.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capacity::{Capacity, capacity_of, mark_scaled, mark_taking_over, next_changes};
use super::fleet::fleet;
use super::rollout::Differences;
use crate::providers::autoscaling::PauseSnapshot;
use crate::sdk::{CallName, Context, Error};
use ebbtide::aws::autoscaling::variant_resource;

/// The run-time state of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct RunTime {
    /// The desired capacity of each variant.
    variants: Capacity,
    /// The scaling of variants that an update takes off, by scalable resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    scaling: BTreeMap<String, PauseSnapshot>,
}

/// Returns the pause snapshot of an endpoint; `None` if AWS reports no capacity.
pub(super) async fn pause_snapshot(
    context: &Context,
    endpoint: &DescribeEndpointOutput,
) -> Result<Option<Value>, Error> {
    let variants = current_capacity(context, endpoint).await?;
    if variants.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_value(RunTime { variants, scaling: BTreeMap::new() })?))
}

/// Returns the state to restore after an update with the given differences; `None` if the endpoint has none.
pub(super) async fn before_update(
    context: &Context,
    endpoint: &DescribeEndpointOutput,
    name: &str,
    differences: &Differences,
) -> Result<Option<Value>, Error> {
    let mut variants = current_capacity(context, endpoint).await?;
    let mut scaling = BTreeMap::new();
    let names: Vec<String> = variants.keys().cloned().collect();
    for variant in names {
        let resource = variant_resource(name, &variant);
        if differences.needs_scaling_off(&variant) {
            if let Some(snapshot) = PauseSnapshot::take(context, &resource).await? {
                mark_scaled(&mut variants, &variant);
                scaling.insert(resource, snapshot);
            }
        } else if PauseSnapshot::is_registered(context, &resource).await? {
            mark_scaled(&mut variants, &variant);
        }
    }
    if let Some(takeover) = differences.takeover(endpoint) {
        for variant in &takeover.variants {
            mark_taking_over(&mut variants, variant, takeover.instances);
        }
    }
    if variants.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_value(RunTime { variants, scaling })?)) }
}

async fn current_capacity(context: &Context, endpoint: &DescribeEndpointOutput) -> Result<Capacity, Error> {
    let config = match endpoint.endpoint_config_name() {
        Some(config) => fleet(context, config).await?,
        None => None,
    };
    Ok(capacity_of(endpoint, config.as_ref()))
}

/// Takes the next step of restoring a recorded state. Returns whether the endpoint must be waited for, and another step
/// may follow.
pub(super) async fn restore(context: &Context, name: &str, recorded: &Value) -> Result<bool, Error> {
    let recorded = RunTime::deserialize(recorded)?;
    let sagemaker = context.aws.sagemaker();
    let endpoint =
        sagemaker.describe_endpoint().endpoint_name(name).send().await.named("sagemaker:DescribeEndpoint")?;
    let config = fleet(context, endpoint.endpoint_config_name().unwrap_or_default()).await?;
    let current = capacity_of(&endpoint, config.as_ref());
    let changes = next_changes(&current, &recorded.variants, config.as_ref());
    if !changes.is_empty() {
        let update = sagemaker.update_endpoint_weights_and_capacities().endpoint_name(name);
        let update = update.set_desired_weights_and_capacities(Some(changes));
        update.send().await.named("sagemaker:UpdateEndpointWeightsAndCapacities")?;
        return Ok(true);
    }
    for (resource, snapshot) in &recorded.scaling {
        let stays = |variant: &String| variant_resource(name, variant) == *resource;
        if current.keys().any(stays) {
            snapshot.put_back(context, resource).await?;
        }
    }
    Ok(false)
}
