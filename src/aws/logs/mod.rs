//! CloudWatch Logs: log groups.

mod group;

pub use group::{LogGroup, LogGroupClass, LogGroupOutputs, RETENTIONS};
