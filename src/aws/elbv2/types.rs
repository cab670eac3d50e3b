//! The types of load balancers and of target groups.

use serde::{Deserialize, Serialize};

/// The type of a load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadBalancerType {
    /// For HTTP.
    Application,
    /// For connections of TCP, TLS and UDP.
    Network,
}

/// The sort of the targets of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// Instances of EC2, by id.
    Instance,
    /// Addresses.
    Ip,
    /// One function of Lambda.
    Lambda,
    /// One Application Load Balancer, for a Network Load Balancer.
    Alb,
}
