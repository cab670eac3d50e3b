//! The comparison of a record with AWS, as data.

use jiff::Timestamp;
use serde::Serialize;

use crate::apply::Waiting;
use ebbtide::resource::Address;

/// What AWS has in another way than it is recorded.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct LiveView {
    /// The time of the comparison.
    pub(super) at: Timestamp,
    /// Why there is no comparison, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_compared: Option<String>,
    pub(super) differences: Vec<Difference>,
    /// The resources that AWS accepted, and that were not seen ready yet.
    pub(super) waiting: Vec<Waiting>,
    /// The resources that could not be read.
    pub(super) unread: Vec<Address>,
}

/// A resource that AWS has in another way than it is recorded.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Difference {
    pub(super) address: Address,
    /// Whether it does not exist.
    pub(super) missing: bool,
    /// The difference, in words.
    pub(super) difference: String,
}
