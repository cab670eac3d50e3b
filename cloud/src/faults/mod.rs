//! Fault injection: the one place between SDK and cloud where calls are counted, delayed, failed, cut and killed.
//!
//! A [`CallHook`] runs at three points of every call: before it acts, when its effect is durable, and when its response
//! has left. [`FaultInjector::install`] puts one in place; [`FaultInjector::from_spec`] makes one from a short text.

mod failure;
mod hook;
mod injector;
mod script;
mod service_errors;
mod share;

pub use hook::{Call, CallHook, FaultAction};
pub use injector::{Counts, FaultInjector};
pub use script::SpecError;
