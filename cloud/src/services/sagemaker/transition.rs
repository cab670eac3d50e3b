//! How long a transition takes.

use serde::{Deserialize, Serialize};

use crate::documents::World;

/// The clock of the cloud, apart from the document that a call may change.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The instant of the call, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// How long a transition takes, in milliseconds.
    pub transition_ms: i64,
}

impl Clock {
    /// The clock of a call.
    pub fn of(world: &World<'_>) -> Self {
        Self { now_ms: world.now_ms, transition_ms: world.transition_ms }
    }
}

/// Something on its way to another state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition<Step> {
    /// When it began, in milliseconds since the Unix epoch.
    pub begun_ms: i64,
    /// What it does.
    pub step: Step,
}

impl<Step> Transition<Step> {
    /// A transition that begins with this call.
    pub fn begin(clock: Clock, step: Step) -> Self {
        Self { begun_ms: clock.now_ms, step }
    }

    /// When it ends or ended, in milliseconds since the Unix epoch.
    pub fn ends_ms(&self, clock: Clock) -> i64 {
        self.begun_ms.saturating_add(clock.transition_ms)
    }

    /// Whether it is over.
    pub fn is_over(&self, clock: Clock) -> bool {
        clock.now_ms >= self.ends_ms(clock)
    }
}
