//! The services of this crate, one folder each.

pub mod autoscaling;
pub mod bedrock;
pub mod budgets;
pub mod cloudcontrol;
pub mod cost_explorer;
pub mod ec2;
mod json;
pub mod kms;
pub mod monitoring;
pub mod paging;
pub mod pricing;
pub(crate) mod principals;
pub mod quotas;
mod registry;
pub mod s3_objects;
pub mod sagemaker;
mod scalable_targets;
pub mod shape;
pub mod sns;
mod tag_rules;
pub mod tagging;

pub use registry::all;
