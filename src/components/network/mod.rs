//! A network: a VPC with public and private subnets in several zones, and their ways out.

mod declare;
mod endpoints;
mod layout;
mod out;
mod settings;

pub use out::NetworkOutputs;
pub use settings::{Nat, Network, Zones};
