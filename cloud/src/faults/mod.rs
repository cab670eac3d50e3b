//! The one place between SDK and cloud where calls are seen, counted, delayed, failed, cut and killed.
//!
//! An [`CallHook`] is asked at three points of every call: before it acts, when its effect is durable, and when its
//! answer has left. [`FaultInjector::install`] puts one in place; [`FaultInjector::from_spec`] makes one from a short text.

mod failure;
mod hook;
mod injector;
mod script;
mod share;
mod trouble;

pub use hook::{Call, CallHook, FaultAction};
pub use injector::{Counts, FaultInjector};
pub use script::SpecError;
