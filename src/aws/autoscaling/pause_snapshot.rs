//! The way from an endpoint's update to the pause snapshots of scaling, until both are providers of the engine.

use super::ScalableTarget;

/// Names the type of a kind's pause snapshot.
pub(crate) trait HasPauseSnapshot {
    /// The pause snapshot.
    type Snapshot;
}

/// The pause snapshot of a scalable target.
pub(crate) type Snapshot = <ScalableTarget as HasPauseSnapshot>::Snapshot;
