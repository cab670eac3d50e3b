//! Roll-outs: looking at both sides in AWS, and taking the next step or all traffic back.

mod advance;
mod carrier;
mod edits;
mod facts;
mod seen;
mod view;

pub use carrier::{Carrier, CarrierError, carrier};
pub use edits::{RollingOut, Said};
pub(super) use facts::Facts;
pub use seen::{Unknown, addresses, seen, unknown_alarms};
pub use view::RolloutView;
