//! The parts of roll-outs: the resource that splits the traffic, alarms in AWS, and deeds with their records.

mod carrier;
mod edits;
mod mistakes;
mod seen;
mod view;

pub use carrier::Carrier;
pub use edits::{RollingOut, Said};
pub use mistakes::{Mistake, Parts};
pub use seen::{addresses, seen};
pub use view::RolloutView;
