//! Components: groups of resources that are declared together, with their usual wiring.

pub mod llm_endpoint;
pub mod monitoring;
pub mod network;

pub use llm_endpoint::{LlmEndpoint, LlmEndpointOutputs};
pub use monitoring::{Alerts, Costs};
pub use network::{Nat, Network, NetworkOutputs, Zones};
