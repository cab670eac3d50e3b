//! Watching a stack: who is told, what is on the page, and what it may cost.

mod costs;
mod dashboard;
mod topic;

pub use costs::Costs;
pub use dashboard::{WatchedEndpoint, declare_dashboard};
pub use topic::Alerts;
