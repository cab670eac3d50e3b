//! The records of EC2. Handlers import them from here, so that no handler needs another for a record.

pub mod gateways;
pub mod groups;
pub mod interfaces;
pub mod network;
pub mod routing;
