//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod autoscaling;
mod budgets;
mod ec2;
mod faults;
mod faults_at_random;
mod host;
mod kms;
mod monitoring;
mod patience;
mod s3_objects;
mod sagemaker;
mod server;
mod sns;
mod support;
mod winterbaume;
