//! Every kind of resource against the embedded cloud, through the real SDK: one module for each service.

mod declared;
mod ec2;
mod harness;
mod iam;
mod logs;
mod s3;
mod secretsmanager;
mod sns;
