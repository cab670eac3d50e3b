//! Amazon Bedrock.

mod custom_model;
mod custom_model_deployment;
mod customization_job;
mod foundation;
mod invocation_logging;
mod provisioned_throughput;
mod role;
mod tagging;
