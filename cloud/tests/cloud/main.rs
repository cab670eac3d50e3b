//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod adopted;
mod autoscaling;
mod chassis;
mod ec2;
mod sagemaker;
mod seam;
mod server;
mod support;
