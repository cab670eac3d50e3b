//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod chassis;
mod ec2;
mod support;
