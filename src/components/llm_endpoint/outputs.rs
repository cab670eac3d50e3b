//! The outputs of an endpoint component.

use crate::aws::{AlarmArn, Arn, EndpointName, RoleArn};
use crate::resource::Input;

/// The outputs of an endpoint component.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LlmEndpointOutputs {
    /// The name of the endpoint, which its callers use.
    pub endpoint_name: Input<EndpointName>,
    /// The ARN of the endpoint.
    pub endpoint_arn: Input<Arn>,
    /// The role of the containers.
    pub role: Input<RoleArn>,
    /// The alarms of the endpoint.
    pub alarms: Vec<Input<AlarmArn>>,
}
