//! Amazon Bedrock.

mod customization_job;
mod foundation;
mod tagging;
