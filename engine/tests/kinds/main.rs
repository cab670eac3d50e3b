//! Every kind of resource against the embedded cloud, through the real SDK: one module for each service.

mod activity;
mod autoscaling;
mod bedrock;
mod budgets;
mod cloud_control;
mod cloudwatch;
mod declared;
mod ec2;
mod gone;
mod harness;
mod iam;
mod kms;
mod logs;
mod once;
mod s3;
mod sagemaker;
mod secretsmanager;
mod sns;
