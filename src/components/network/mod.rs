//! A network: a VPC with public and private subnets in several zones, and their routes to the internet.

mod declare;
mod endpoints;
mod layout;
mod outputs;
mod settings;

pub use outputs::NetworkOutputs;
pub use settings::{Nat, Network, Zones};
