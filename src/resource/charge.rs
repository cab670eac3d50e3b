//! The charges of a resource, as keys of the price book.

use serde::{Deserialize, Serialize};

/// One billed item of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The entry of the price book, e.g. `sagemaker.hosting.ml.g5.xlarge`.
    pub item: String,
    /// The number of these items.
    pub quantity: f64,
    /// The time over which the price counts.
    pub per: Per,
}

/// The time over which a price counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// An hour of existence.
    Hour,
    /// A month of existence.
    Month,
}

impl Charge {
    /// Creates a charge by the hour.
    pub fn hourly(item: impl Into<String>, quantity: f64) -> Self {
        Self { item: item.into(), quantity, per: Per::Hour }
    }

    /// Creates a charge by the month.
    pub fn monthly(item: impl Into<String>, quantity: f64) -> Self {
        Self { item: item.into(), quantity, per: Per::Month }
    }
}
