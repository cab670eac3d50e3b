//! Executing: one dispatcher owns state and journal; workers only call AWS and report.

mod event;

pub use event::{Event, Finished, Longest};
