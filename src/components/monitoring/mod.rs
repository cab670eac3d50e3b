//! Monitoring of a stack: alerts by e-mail, a dashboard, and budgets.

mod alerts;
mod costs;
mod dashboard;

pub use alerts::Alerts;
pub use costs::Costs;
pub use dashboard::{WatchedEndpoint, declare_dashboard};
