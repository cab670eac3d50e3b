//! CloudWatch Logs: log groups.

mod arn;
mod group;

pub(crate) use arn::group_of_arn;
pub use group::{LogGroup, LogGroupClass, LogGroupOutputs, RETENTIONS};
