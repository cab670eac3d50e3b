//! Amazon Bedrock.

mod custom_model_deployment;
mod customization_job;
mod foundation;
mod provisioned_throughput;
mod tagging;
