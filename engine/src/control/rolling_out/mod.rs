//! The parts of roll-outs: the resource that splits the traffic, alarms in AWS, and deeds with their records.

mod carrier;
mod edits;
mod seen;
mod view;

pub use carrier::{Carrier, CarrierError, carrier};
pub use edits::{RollingOut, Said};
pub use seen::{Unknown, addresses, seen, unknown_alarms};
pub use view::RolloutView;
