//! What people really declare: parts of a stack that take several resources, each with its usual wiring.

pub mod network;

pub use network::{Nat, Network, NetworkOut, Zones};
