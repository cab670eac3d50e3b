//! The bounds of a capacity.

use serde::{Deserialize, Serialize};

/// The least and the most capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}
