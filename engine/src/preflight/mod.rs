//! Preflight: what AWS says of a plan before its first change. Each check is a few reads, and returns what it found.
//!
//! A check that cannot be made is a warning and stops nothing.

mod caller;
mod check;
mod demand;
mod finding;
mod permissions;
mod planned;
mod quota_list;
mod quotas;
mod usage;
mod zones;

pub use check::check;
pub use finding::{Check, Finding, Severity};
pub use planned::Planned;
