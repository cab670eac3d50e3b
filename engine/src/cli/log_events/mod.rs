//! The log events of a stack: where they are, and reading, following and printing them.

mod follower;
mod read;
mod source;
mod text;

pub(in crate::cli) use follower::Follower;
pub(in crate::cli) use read::{LogEvent, read};
pub(in crate::cli) use source::{LogSource, chosen, log_names, sources};
pub(in crate::cli) use text::{labels, line};
