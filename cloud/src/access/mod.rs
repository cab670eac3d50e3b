//! Access: the permissions that calls need, and their evaluation by the caller's identity policies.
//!
//! A cloud without a caller allows everything. [`Cloud::restrict`](crate::Cloud::restrict) gives it one.

mod condition;
mod derived;
mod guard;
mod members;
mod needs;
mod policy;
mod simulate;
mod tags;
mod wildcard;

pub use guard::Caller;
pub use policy::{Check, Decision, Policy, evaluate};
pub(crate) use simulate::{identity, simulate};
