//! Progress of a command: live lines on a terminal, plain lines elsewhere, JSON events for programs.

mod live;
mod messages;
mod plain;
mod reporter;

pub(super) use messages::{age, duration, summary};
pub(super) use reporter::Progress;
