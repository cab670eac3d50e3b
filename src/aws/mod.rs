//! The declarations of AWS resources: one file for each kind.

pub mod apigateway;
pub mod autoscaling;
pub mod bedrock;
pub mod budgets;
pub mod ce;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod elbv2;
pub mod events;
pub mod iam;
mod ids;
mod kinds;
pub mod kms;
pub mod lambda;
mod lists;
pub mod logs;
pub mod opensearch;
pub mod opensearchserverless;
pub mod s3;
pub mod s3vectors;
pub mod sagemaker;
pub mod secretsmanager;
pub mod sns;
pub mod sqs;
pub mod stepfunctions;

pub use ids::*;
pub use kinds::kinds;
