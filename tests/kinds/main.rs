//! Every kind of resource against the embedded cloud, through the real SDK: one module for each service.

mod ec2;
mod harness;
