//! CloudTrail: trails.

mod trail;

pub use trail::{EventSelector, FieldSelector, Trail, TrailOutputs};
