//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod access;
mod autoscaling;
mod budgets;
mod cloud_control;
mod delays;
mod ec2;
mod ecr;
mod fault_specs;
mod faults;
mod host;
mod kms;
mod meter;
mod monitoring;
mod partitions;
mod pricing;
mod quotas;
mod s3_objects;
mod sagemaker;
mod server;
mod sns;
mod support;
mod tagging;
mod virtual_time;
mod winterbaume;
