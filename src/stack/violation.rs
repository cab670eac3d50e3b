//! Violations of policies.

use serde::{Deserialize, Serialize};

/// The consequence of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// It is a warning.
    Advisory,
    /// It is a problem of the stack, which is neither planned nor applied. It can be paused, resumed and destroyed.
    Mandatory,
}

/// A violation of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The name of the policy.
    pub policy: String,
    /// The consequence.
    pub enforcement: Enforcement,
    /// The address of a resource, or the name of the stack.
    pub at: String,
    /// The violation.
    pub message: String,
    /// Advice on what to do about it.
    pub hint: String,
}
