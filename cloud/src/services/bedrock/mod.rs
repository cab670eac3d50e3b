//! The control plane of Amazon Bedrock: customization jobs and their models, deployments of custom models, provisioned throughput,
//! and the logging of invocations.
//!
//! Foundation models are a list (`foundation.rs`), the same in every region. Nothing is metered.

mod deployment;
mod foundation;
mod identifier;
mod job;
mod logging;
mod model;
mod operations;
mod role;
mod service;
mod tags;
mod throughput;

pub use service::Bedrock;
