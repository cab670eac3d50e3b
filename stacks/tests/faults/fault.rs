//! The faults that a command may meet.

use std::fmt;

/// A fault that a command meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process ends at a call to AWS: before the call reaches AWS, or after AWS acted and before the response is read.
    Call { at: u64, acted: bool },
    /// The process ends at a write of state: before it, when responses of AWS are not recorded yet, or right after it.
    Write { at: u64, done: bool },
    /// Trouble in the words of `FaultInjector::from_spec`: throttling, errors, cut connections, …
    Weather(String),
    /// From this write of state on, the disk is full.
    FullDisk { from: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { at, acted: false } => write!(f, "ended before call {at}"),
            Self::Call { at, acted: true } => write!(f, "ended after call {at} acted"),
            Self::Write { at, done: false } => write!(f, "ended before write {at} of state"),
            Self::Write { at, done: true } => write!(f, "ended after write {at} of state"),
            Self::Weather(words) => write!(f, "{words}"),
            Self::FullDisk { from } => write!(f, "disk full from write {from} on"),
        }
    }
}
