//! Locks on a stack, and their owners.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Seconds by which a lease must be over before it counts as ended: backends report times in whole seconds.
pub(super) const GRACE: u64 = 2;

/// The owner of a lock: a command that changes a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOwner {
    /// The person or machine: `user@host`.
    pub by: String,
    /// The process id on that host.
    pub process: u32,
    /// The command: `apply`, `pause`, …
    pub command: String,
    /// The start of the command, by the owner's own clock.
    pub since: Timestamp,
}

impl LockOwner {
    /// Creates the owner for a command of this process.
    pub fn of_this_process(by: impl Into<String>, command: impl Into<String>, since: Timestamp) -> Self {
        Self { by: by.into(), process: std::process::id(), command: command.into(), since }
    }
}

impl fmt::Display for LockOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, process, command, since } = self;
        write!(f, "{by} (`ebb {command}`, process {process}, since {since:.0})")
    }
}

/// A lock that is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockInfo {
    /// The owner.
    pub owner: LockOwner,
    /// Seconds since the lease was last renewed, by the backend's own clock; `None` for a lock that ends with its process.
    pub renewed_ago: Option<u64>,
    /// Seconds after which a lease ends if it is not renewed.
    pub ends_after: Option<u64>,
    /// Distinguishes this lease from a later one.
    pub token: String,
}

impl LockInfo {
    /// Returns the seconds after which the stack is free if the lease is not renewed; `None` for a lock that ends with its
    /// process.
    pub fn ends_in(&self) -> Option<u64> {
        Some((self.ends_after? + GRACE).saturating_sub(self.renewed_ago?))
    }
}
