//! Patches of CloudWatch Logs, one file for each gap.

mod events;
mod filter;
mod service;

pub(in crate::winterbaume) use service::Logs;
