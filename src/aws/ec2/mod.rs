//! EC2 networking: one file for each kind.

mod cidr;
mod tagging;
mod vpc;

pub use cidr::Cidr;
pub use vpc::{Vpc, VpcOut};
