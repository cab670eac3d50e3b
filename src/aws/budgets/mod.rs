//! AWS Budgets: one file for the kind, and for each part with a name of its own.

mod amount;
mod budget;
mod calls;
mod notification;

pub use budget::{Budget, BudgetFilter, BudgetOutputs, BudgetPeriod};
pub use notification::{NotificationOn, Notify, NotifyWhen, Threshold};
