//! AWS's error codes, one table a service: a code may mean something else in the next service.

mod autoscaling;
mod bedrock;
mod budgets;
mod capacity;
mod cloudcontrol;
mod cloudwatch;
mod common;
#[cfg(test)]
mod completeness_tests;
mod ec2;
mod ecr;
mod iam;
mod kms;
mod logs;
mod lookup;
mod s3;
mod sagemaker;
mod secretsmanager;
mod servicequotas;
mod sns;
mod validation;

pub use capacity::kind_of_failed_resource;
pub use lookup::kind_of;
