//! The patience that a kind needs.

use std::time::Duration;

use super::Provider;

/// How long the executor waits for the resources of a kind. [`Provider`] documents each wait at the const of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// [`Provider::VISIBLE_WITHIN`].
    pub visible_within: Duration,
    /// [`Provider::VISIBLE_LOOKS`].
    pub visible_looks: u32,
    /// [`Provider::READY_WITHIN`].
    pub ready_within: Duration,
    /// [`Provider::DELETABLE_WITHIN`].
    pub deletable_within: Duration,
}

impl Waits {
    /// Returns the waits of a kind.
    pub(super) const fn of<R: Provider>() -> Self {
        Self {
            visible_within: R::VISIBLE_WITHIN,
            visible_looks: R::VISIBLE_LOOKS,
            ready_within: R::READY_WITHIN,
            deletable_within: R::DELETABLE_WITHIN,
        }
    }
}
