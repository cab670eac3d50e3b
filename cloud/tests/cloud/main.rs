//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod adopted;
mod autoscaling;
mod budgets;
mod chassis;
mod ec2;
mod kms;
mod monitoring;
mod objects;
mod sagemaker;
mod seam;
mod server;
mod sns;
mod support;
