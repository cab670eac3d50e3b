//! Something on its way to another state.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::documents::CallContext;
use crate::durations::milliseconds;

/// A transition, remembered with its end: later changes of the settings do not touch it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition<Step> {
    /// When it began, in milliseconds since the Unix epoch.
    pub begun_ms: i64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub ends_ms: i64,
    /// Its step.
    pub step: Step,
}

impl<Step> Transition<Step> {
    /// Returns a transition that begins with this call.
    pub fn begin(context: &CallContext<'_>, takes: Duration, step: Step) -> Self {
        Self { begun_ms: context.now_ms, ends_ms: context.now_ms.saturating_add(milliseconds(takes)), step }
    }

    /// Returns whether it is over at an instant in milliseconds since the Unix epoch.
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.ends_ms
    }
}
