//! Samples: the data of metrics.

/// The data of a series at one instant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    /// Seconds since the epoch.
    pub at: f64,
    pub unit: String,
    pub count: f64,
    pub sum: f64,
    pub minimum: f64,
    pub maximum: f64,
    /// The values and how often each; none of a sample that was put as a set of statistics.
    pub values: Vec<(f64, f64)>,
}
