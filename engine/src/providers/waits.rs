//! The patience that a kind needs.

use std::time::Duration;

/// How long the executor waits for the resources of a kind. [`Provider`](super::Provider) documents each wait at the const of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// [`Provider::VISIBLE_WITHIN`](super::Provider::VISIBLE_WITHIN).
    pub visible_within: Duration,
    /// [`Provider::VISIBLE_LOOKS`](super::Provider::VISIBLE_LOOKS).
    pub visible_looks: u32,
    /// [`Provider::READY_WITHIN`](super::Provider::READY_WITHIN).
    pub ready_within: Duration,
    /// [`Provider::DELETABLE_WITHIN`](super::Provider::DELETABLE_WITHIN).
    pub deletable_within: Duration,
}
