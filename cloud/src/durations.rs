//! How long transitions take.

use std::time::Duration;

/// How long each transition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// A new SageMaker endpoint, until it is in service.
    pub endpoint_create: Duration,
    /// A new SageMaker endpoint or fleet whose container does not come up, until it has failed.
    pub endpoint_failure: Duration,
    /// The move of a SageMaker endpoint to another configuration.
    pub endpoint_update: Duration,
    /// A change of the capacities of a SageMaker endpoint.
    pub endpoint_rescale: Duration,
    /// The deletion of a SageMaker endpoint.
    pub endpoint_delete: Duration,
    /// The creation, change or deletion of an inference component.
    pub component_change: Duration,
    /// The release of instances without copies of inference components, by managed scaling.
    pub managed_scale_in: Duration,
    /// The creation, change or deletion of a feature group.
    pub feature_group_change: Duration,
    /// The creation, change, start, stop or deletion of a monitoring schedule.
    pub monitoring_schedule_change: Duration,
    /// An execution of a monitoring schedule.
    pub monitoring_execution: Duration,
    /// A new NAT gateway, until it is available.
    pub nat_gateway_create: Duration,
    /// The deletion of a NAT gateway.
    pub nat_gateway_delete: Duration,
    /// A new interface endpoint, until it is available.
    pub vpc_endpoint_create: Duration,
    /// The deletion of an interface endpoint.
    pub vpc_endpoint_delete: Duration,
    /// How long the name of a secret that was deleted by force stays taken.
    pub secret_name: Duration,
    /// A customization job of Bedrock, until it has ended.
    pub customization: Duration,
    /// A new deployment or throughput of Bedrock, its change, and the stop of a job.
    pub bedrock_change: Duration,
    /// An operation of Cloud Control; without it, each type's time on AWS.
    pub cloud_control: Option<Duration>,
}

impl Durations {
    /// Returns durations that are all the same.
    pub const fn all(duration: Duration) -> Self {
        Self {
            endpoint_create: duration,
            endpoint_failure: duration,
            endpoint_update: duration,
            endpoint_rescale: duration,
            endpoint_delete: duration,
            component_change: duration,
            managed_scale_in: duration,
            feature_group_change: duration,
            monitoring_schedule_change: duration,
            monitoring_execution: duration,
            nat_gateway_create: duration,
            nat_gateway_delete: duration,
            vpc_endpoint_create: duration,
            vpc_endpoint_delete: duration,
            secret_name: duration,
            customization: duration,
            bedrock_change: duration,
            cloud_control: Some(duration),
        }
    }

    /// Returns durations as AWS has them, for virtual time.
    ///
    /// Reports of endpoints for language models (`ml.g6.xlarge`, vLLM) say about 10 minutes until they are in service, 5
    /// minutes for a scale-out, and 24 minutes until a container that crashes has failed. An update brings up a fleet as a
    /// creation does. Managed scaling has taken 12 minutes to release an instance without copies. Published logs of Terraform show 84 to 121 seconds for the creation of a NAT gateway and 42 to 61
    /// seconds for its deletion. Those of Cloud Control are in `services/cloudcontrol/durations.rs`. The others are estimates: no source
    /// was found.
    pub const fn of_aws() -> Self {
        Self {
            endpoint_create: Duration::from_secs(600),
            endpoint_failure: Duration::from_secs(24 * 60),
            endpoint_update: Duration::from_secs(600),
            endpoint_rescale: Duration::from_secs(300),
            endpoint_delete: Duration::from_secs(120),
            component_change: Duration::from_secs(300),
            managed_scale_in: Duration::from_secs(12 * 60),
            feature_group_change: Duration::from_secs(60),
            monitoring_schedule_change: Duration::from_secs(30),
            monitoring_execution: Duration::from_secs(600),
            nat_gateway_create: Duration::from_secs(110),
            nat_gateway_delete: Duration::from_secs(60),
            vpc_endpoint_create: Duration::from_secs(90),
            vpc_endpoint_delete: Duration::from_secs(60),
            secret_name: Duration::from_secs(60),
            customization: Duration::from_secs(6 * 3600),
            bedrock_change: Duration::from_secs(600),
            cloud_control: None,
        }
    }
}

/// Returns a duration in whole milliseconds; one that is too long is the longest there is.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
