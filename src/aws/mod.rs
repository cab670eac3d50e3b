//! AWS: the clients of the official SDK, and one file for each kind of resource.

pub mod autoscaling;
pub mod budgets;
mod built;
mod call;
mod clients;
pub mod cloudwatch;
mod context;
pub mod ec2;
pub mod iam;
mod ids;
pub mod logs;
mod once;
mod order;
mod repeated;
pub mod s3;
pub mod sagemaker;
pub mod secretsmanager;
pub mod sns;
mod tags;

pub use call::{Call, NotFoundIsNone};
pub use clients::Aws;
pub use context::Context;
pub use ids::*;
pub use tags::{Tags, own_tags, tag_changes};
