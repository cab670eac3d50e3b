//! The target of a stack.

use serde::{Deserialize, Serialize};

/// A stack's desired state is a function of its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Every declared resource exists.
    Running,
    /// Resources that bill by the hour are gone or reduced; resources that hold data are untouched.
    Paused,
    /// Nothing is left but data that was not named.
    Destroyed,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Destroyed => "destroyed",
        })
    }
}
