//! The AWS side of every kind: one file for each, of the same name and place as its declaration in `aws/`.

mod activity;
mod all;
mod autoscaling;
mod bedrock;
mod budgets;
mod cloud_control;
mod cloudwatch;
pub(crate) mod data_guard;
mod dynamic;
mod ec2;
mod iam;
pub(crate) mod lists;
mod logs;
mod missing;
pub(crate) mod numbers;
mod provider;
mod reading;
mod registry;
mod remark;
mod retag;
mod s3;
mod sagemaker;
mod secretsmanager;
mod sns;
mod unfinished;
mod waits;

pub use activity::Activity;
pub use all::providers;
pub use dynamic::DynProvider;
pub use missing::Missing;
pub use provider::Provider;
pub use reading::Reading;
pub use registry::{Implementation, Providers};
pub use remark::Remark;
pub use unfinished::UnfinishedWork;
pub use waits::Waits;
