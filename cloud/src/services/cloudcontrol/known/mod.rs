//! The behaviour of each type, one file for each service, with the source of each statement.
//!
//! "LIVE" are observations of real accounts by go-to-k/cdkd and go-to-k/cdk-real-drift (Apache-2.0). The forms of ARNs are those
//! of "Actions, resources, and condition keys" (Service Authorization Reference). Error codes of events without a source follow the
//! meaning of "Handler error codes" (CloudFormation CLI User Guide); messages without one say the same in plain words.

mod api_gateway;
mod backup;
mod bedrock;
mod cloud_trail;
mod cost_explorer;
mod dynamodb;
mod ecr;
mod eks;
mod elasticache;
mod events;
mod find;
mod lambda;
mod load_balancing;
mod opensearch;
mod opensearch_serverless;
mod rds;
mod s3_vectors;
mod sqs;
mod step_functions;

pub use find::of;
